import AgSQL
import AgTesting
import Synchronization

/// A database whose disk may be full, or whose writer may hang.
struct TroubledDatabase: ForwardingDatabase {
    let base: any Database
    private let trouble: Trouble

    init(_ base: any Database, _ trouble: Trouble) {
        self.base = base
        self.trouble = trouble
    }

    func read<Value: Sendable>(
        _ kind: ReadKind, _ body: @escaping @Sendable (any SQLConnection) throws -> Value
    ) async throws -> Value {
        guard trouble.holdsNextRead.exchange(false, ordering: .acquiringAndReleasing) else {
            return try await base.read(kind, body)
        }
        return try await base.read(kind) { connection in
            // From here on the read sees this moment, whatever is committed before it goes on.
            _ = try connection.exists("SELECT 1 FROM api_tokens")
            trouble.reader.pass()
            return try body(connection)
        }
    }

    func write<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Value
    ) async throws -> Value {
        trouble.writes.add(1, ordering: .relaxed)
        if trouble.refusesWrites { throw SQLError(.full, "database or disk is full") }
        if trouble.hangs.load(ordering: .acquiring) {
            trouble.isAtWriter.open()
            try await trouble.writer.pass()
        }
        return try await base.write(body)
    }
}

/// What is wrong with it, changed while it is used.
final class Trouble: Sendable {
    let isFull = Atomic(false)
    let hangs = Atomic(false)
    let writes = Atomic(0)
    let writer = Latch()
    let isAtWriter = Latch()
    let holdsNextRead = Atomic(false)
    let reader = Gate()
    private let hasNoRoom: @Sendable () -> Bool

    /// - Parameter hasNoRoom: asked at each write besides `isFull`.
    init(hasNoRoom: @escaping @Sendable () -> Bool = { false }) {
        self.hasNoRoom = hasNoRoom
    }

    var refusesWrites: Bool { isFull.load(ordering: .acquiring) || hasNoRoom() }
}
