import AgBase
import Synchronization

/// One connection that a test talks on as it likes: whole requests, halves of them, or nonsense.
final class Connection: Sendable {
    /// `nil` when the test has hung up.
    private let open: Mutex<Socket?>
    private let unread = Mutex<[UInt8]>([])

    static func open(_ port: UInt16) async throws -> Connection {
        try await Harness.threads.run { Connection(try Socket(port: port)) }
    }

    private init(_ socket: Socket) {
        open = Mutex(socket)
    }

    private var socket: Socket {
        get throws {
            guard let socket = open.withLock({ $0 }) else { throw HarnessFailure("The test has hung up already.") }
            return socket
        }
    }

    @discardableResult
    func send(_ bytes: [UInt8], within limit: Duration = .seconds(30)) async throws -> Bool {
        let deadline = Deadline.within(limit)
        return try await Harness.threads.run { [socket = try socket] in try socket.send(bytes, by: deadline) }
    }

    @discardableResult
    func send(_ text: String) async throws -> Bool { try await send(Array(text.utf8)) }

    /// The next answer. - Parameter isHead: whether it answers a HEAD request and so has no body.
    func answer(isHead: Bool = false, within limit: Duration = .seconds(30)) async throws -> Answer {
        let deadline = Deadline.within(limit)
        return try await Harness.threads.run { [self] in
            var reader = AnswerReader(bytes: unread.withLock { $0 }) { [socket = try socket] in
                try socket.receive(by: deadline)
            }
            let answer = try reader.read(isHead: isHead)
            unread.withLock { $0 = reader.rest }
            return answer
        }
    }

    /// Whether the server has closed, once it has said all it had to say.
    func isClosed(within limit: Duration = .seconds(30)) async throws -> Bool {
        let deadline = Deadline.within(limit)
        return try await Harness.threads.run { [socket = try socket] in try socket.receive(by: deadline).isEmpty }
    }

    /// The next bytes as they come; empty at the end.
    func bytes(within limit: Duration = .seconds(30)) async throws -> [UInt8] {
        let deadline = Deadline.within(limit)
        return try await Harness.threads.run { [socket = try socket] in try socket.receive(by: deadline) }
    }

    /// Like `bytes`, for a thread of one's own that may wait for hours; `nil` after `hangUp`.
    func nextBlocking() throws -> [UInt8]? {
        guard let socket = open.withLock({ $0 }) else { return nil }
        return try socket.receive(by: .within(.seconds(86_400)))
    }

    /// Ends both directions at once and in order.
    func hangUp() {
        open.withLock { $0 }?.hangUp()
    }

    func finishSending() throws { try socket.finishSending() }

    /// Ends the connection in the middle of whatever is under way, as if the client had died.
    func vanish() throws {
        try socket.resetAtEnd()
        open.withLock { $0 = nil }
    }
}
