package import AgBase
import Synchronization

/// One request: its head, and a body that is read as it arrives.
package final class HTTPRequest: Sendable {
    package let method: HTTPMethod
    /// As sent, still percent-encoded, with the query. Not for logs: a signed URL's secret is in it.
    package let target: String
    package let headers: HTTPHeaders
    package let body: RequestBody
    /// Answered as `X-Request-Id` and written in every log line about this request.
    package let id: String
    /// The other end's address without the port, `203.0.113.9` or `2001:db8::1`.
    package let peer: String
    package let receivedAt: Timestamp
    private let parts: RequestTarget
    private let notes = Mutex<[(type: ObjectIdentifier, note: any Sendable)]>([])

    /// Throws `Fault` 400 `invalid-target` when the path is not percent-encoded UTF-8.
    package init(
        method: HTTPMethod, target: String, headers: HTTPHeaders = [:], body: RequestBody = .empty,
        id: String = RequestID.make(), peer: String = "", receivedAt: Timestamp = SystemTime().now()
    ) throws(Fault) {
        self.parts = try RequestTarget(target)
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.id = id
        self.peer = peer
        self.receivedAt = receivedAt
    }

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
