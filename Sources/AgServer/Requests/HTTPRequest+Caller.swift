import AgBase
import AgHTTP
import AgLibrary

extension HTTPRequest {
    /// Whom this call shares queues with: its token, or its address among those of strangers.
    var caller: Caller {
        attached(Credential.self)?.origin.caller ?? Caller("strangers", member: PeerNetwork.of(peer))
    }
}
