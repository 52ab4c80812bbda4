/// Runs reads: each on a snapshot of its own, one round trip for a single statement.
enum PostgresReads {
    /// - Parameter body: may run again when a kept connection turns out to be dead.
    static func run<Value>(
        _ session: PostgresSession, _ kind: ReadKind, _ ticket: ReadTicket,
        _ body: (any SQLConnection) throws -> Value
    ) throws -> Value {
        do {
            return try session.run { connection in
                guard ticket.begin(connection.interrupt) else { throw CancellationError() }
                defer { ticket.end() }
                return try snapshot(connection, kind, body)
            }
        } catch let error as SQLError where ticket.isCancelled && (error.code == .timedOut || error.code == .io) {
            // However it ended: its caller no longer waits for it.
            throw CancellationError()
        }
    }

    private static func snapshot<Value>(
        _ connection: PostgresConnection, _ kind: ReadKind, _ body: (any SQLConnection) throws -> Value
    ) throws -> Value {
        let patience = connection.patience
        defer { connection.patience = patience }
        try begin(connection, kind)
        let value: Value
        do {
            value = try body(connection)
        } catch {
            if connection.isReusable { _ = try? connection.finish("ROLLBACK") }
            throw error
        }
        // The outcome of a commit that changed nothing is met by the next read.
        try connection.queue("COMMIT")
        try connection.push()
        return value
    }

    /// The session's default is repeatable read, read only. Travels with the first statement.
    private static func begin(_ connection: PostgresConnection, _ kind: ReadKind) throws {
        try connection.queue("BEGIN")
        guard kind == .whole else { return }
        connection.patience = nil
        try connection.queue("SET LOCAL statement_timeout = 0")
        try connection.queue("SET LOCAL idle_in_transaction_session_timeout = 0")
    }
}
