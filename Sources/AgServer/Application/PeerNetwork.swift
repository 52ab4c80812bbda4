import AgBase
import AgHTTP
import AgLibrary

/// What counts as one stranger; see `IPAddress.network`. A text that is no address is one of its own.
enum PeerNetwork {
    static func of(_ peer: String) -> String { IPAddress(peer)?.network ?? peer }
}

extension Caller {
    /// Calls without a credential share as one group, and in it by where they come from.
    static func stranger(at peer: String) -> Caller { Caller("strangers", member: PeerNetwork.of(peer)) }
}

extension HTTPRequest {
    /// Whom this call shares queues with: its token, or its address among those of strangers.
    var caller: Caller { attached(Credential.self)?.origin.caller ?? .stranger(at: peer) }
}
