/// A request before anything of it is taken apart: enough to tell whether it was answered a moment ago.
package struct HTTPRequestHead: Sendable {
    package let method: HTTPMethod
    /// As sent, still percent-encoded, with the query. Not for logs: a signed URL's secret is in it.
    package let target: String
    package let headers: HTTPHeaders
    /// The client's address without the port, `203.0.113.9` or `2001:db8::1`: the other end's, or what a trusted proxy says.
    package let peer: String

    package init(method: HTTPMethod, target: String, headers: HTTPHeaders = [:], peer: String = "") {
        self.method = method
        self.target = target
        self.headers = headers
        self.peer = peer
    }
}
