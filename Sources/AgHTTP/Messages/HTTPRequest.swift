package import AgBase
import Synchronization

/// One request: its head, and a body that is read as it arrives.
package final class HTTPRequest: Sendable {
    package let head: HTTPRequestHead
    package let body: RequestBody
    /// Answered as `X-Request-Id` and written in every log line about this request.
    package let id: String
    package let receivedAt: Timestamp
    private let parts: RequestTarget
    private let notes = Mutex<[(type: ObjectIdentifier, note: any Sendable)]>([])

    /// Throws `Fault` 400 `invalid-target` when the path is not percent-encoded UTF-8.
    package init(
        _ head: HTTPRequestHead, body: RequestBody = .empty, id: String = RequestID.make(),
        receivedAt: Timestamp = SystemTime().now()
    ) throws(Fault) {
        self.parts = try RequestTarget(head.target)
        self.head = head
        self.body = body
        self.id = id
        self.receivedAt = receivedAt
    }

    /// The same with a head of these parts.
    package convenience init(
        method: HTTPMethod, target: String, headers: HTTPHeaders = [:], body: RequestBody = .empty,
        id: String = RequestID.make(), peer: String = "", receivedAt: Timestamp = SystemTime().now()
    ) throws(Fault) {
        let head = HTTPRequestHead(method: method, target: target, headers: headers, peer: peer)
        try self.init(head, body: body, id: id, receivedAt: receivedAt)
    }

    package var method: HTTPMethod { head.method }
    /// As sent, still percent-encoded, with the query. Not for logs: a signed URL's secret is in it.
    package var target: String { head.target }
    package var headers: HTTPHeaders { head.headers }
    /// The client's address without the port.
    package var peer: String { head.peer }

    /// As sent, without the query.
    package var path: String { parts.path }
    /// The path's pieces, percent-decoded, each UTF-8 without NUL.
    package var segments: [String] { parts.segments }
    package var query: HTTPQuery { parts.query }
    package var cookies: RequestCookies { RequestCookies(headers) }

    /// Keeps a value of the layers above, such as who asks, beside the request; one per type.
    package func attach<Note: Sendable>(_ note: Note) {
        let type = ObjectIdentifier(Note.self)
        notes.withLock { notes in
            notes.removeAll { $0.type == type }
            notes.append((type, note))
        }
    }

    package func attached<Note: Sendable>(_ type: Note.Type = Note.self) -> Note? {
        let found = notes.withLock { notes in notes.first { $0.type == ObjectIdentifier(Note.self) }?.note }
        return found as? Note
    }
}
