internal import AgBase
internal import Synchronization

/// Connections that only read, each used by one thread at a time.
final class SQLiteReaders: Sendable {
    /// A connection between two reads, when no thread uses it.
    // Taken out of the list by one thread and put back by the same, under the mutex.
    private struct Idle: @unchecked Sendable {
        let connection: SQLiteConnection
    }

    private struct State {
        var idle: [Idle] = []
        var running = 0
        var isClosed = false
    }

    private let path: String
    private let role: SQLiteConnection.Role
    private let settings: SQLiteSettings
    private let pool: BlockingPool
    private let state = Mutex(State())
    private let ended = Promise<Void>()

    init(path: String, role: SQLiteConnection.Role, threads: Int, name: String, _ settings: SQLiteSettings) {
        self.path = path
        self.role = role
        self.settings = settings
        pool = BlockingPool(threads: max(1, threads), name: name)
    }

    /// - Parameter isLimited: whether it is ended when it takes longer than `readLimit`. The wait for a thread does not
    ///   count: what waits is not at fault.
    func read<Value: Sendable>(
        isLimited: Bool, _ body: @escaping @Sendable (any SQLConnection) throws -> Value
    ) async throws -> Value {
        let ticket = ReadTicket(limit: isLimited ? settings.readLimit : nil)
        return try await withTaskCancellationHandler {
            try await pool.run { try self.run(ticket, body) }
        } onCancel: {
            ticket.cancel()
        }
    }

    /// Refuses new reads and waits for those that run.
    func close() async {
        let isIdle = state.withLock { state in
            state.isClosed = true
            state.idle.removeAll()
            return state.running == 0
        }
        if isIdle { ended.resolve() }
        await ended.value
    }

    private func run<Value>(_ ticket: ReadTicket, _ body: (any SQLConnection) throws -> Value) throws -> Value {
        let connection = try take()
        var isSound = false
        defer { giveBack(isSound ? connection : nil) }
        guard ticket.begin(connection.stop) else {
            isSound = true
            throw CancellationError()
        }
        defer { isSound = connection.isOutsideTransaction }
        return try snapshot(connection, ticket, body)
    }

    private func snapshot<Value>(
        _ connection: SQLiteConnection, _ ticket: ReadTicket, _ body: (any SQLConnection) throws -> Value
    ) throws -> Value {
        do {
            try connection.execute("BEGIN")
            let value = try body(connection)
            ticket.end()
            try connection.execute("COMMIT")
            return value
        } catch {
            let isTimedOut = ticket.end()
            // Fails only when there is nothing to take back; a connection still inside is thrown away by `run`.
            if !connection.isOutsideTransaction { _ = try? connection.execute("ROLLBACK") }
            guard let error = error as? SQLError, error.isInterruption else { throw error }
            if isTimedOut { throw SQLError(.timedOut, "The read took too long.", statement: error.statement) }
            throw CancellationError()
        }
    }

    private func take() throws -> SQLiteConnection {
        let known = try state.withLock { state in
            if state.isClosed { throw SQLError(.closed, "The database is closed.") }
            state.running += 1
            return state.idle.popLast()
        }
        if let known { return known.connection }
        do {
            return try SQLiteConnection(path: path, role: role, settings)
        } catch {
            giveBack(nil)
            throw error
        }
    }

    private func giveBack(_ connection: SQLiteConnection?) {
        let idle = connection.map { Idle(connection: $0) }
        let isLast = state.withLock { state in
            state.running -= 1
            if let idle, !state.isClosed { state.idle.append(idle) }
            return state.isClosed && state.running == 0
        }
        if isLast { ended.resolve() }
    }
}
