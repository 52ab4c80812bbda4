/// Where rows are kept. One value per process and database; all calls may come at once.
package protocol Database: Sendable {
    var dialect: SQLDialect { get }

    /// Signals between the parts of this program and, where several processes share the database, between those.
    var notices: Notices { get }

    /// Runs `body` on a snapshot: all its queries see the same moment.
    ///
    /// Throws what `body` throws, `SQLError.timedOut` when it takes longer than its kind may, and `CancellationError`
    /// when the task is cancelled; both also in the middle of a query.
    func read<Value: Sendable>(
        _ kind: ReadKind, _ body: @escaping @Sendable (any SQLConnection) throws -> Value
    ) async throws -> Value

    /// Runs `body` in a transaction, which is durable when this returns. If it throws, nothing of it remains.
    ///
    /// Runs even in a cancelled task: what tidies up must be able to write.
    ///
    /// - Important: `body` may run several times, when another transaction decided first; only the last run counts.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Value
    ) async throws -> Value

    /// Writes that wait for the next commit: many of them are what an overload looks like first.
    var waitingWrites: Int { get }

    /// What is wrong with the database itself, in sentences: empty when it is sound. Reads all of it.
    func integrityFindings() async throws -> [String]

    /// Finishes what is queued, refuses the rest, and closes. A second call changes nothing.
    func close() async
}

/// What a read may cost.
package enum ReadKind: Sendable {
    /// A few rows found by their keys, for which a request or a job waits. It has connections of its own, so that no
    /// list or count holds it up.
    case lookUp
    /// A page, a list, a count. It is ended when it takes longer than a client would wait.
    case query
    /// As much as there is, however long that takes: checks of the whole database.
    case whole
}

extension Database {
    /// Runs `body` as a `ReadKind.query`.
    package func read<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Value
    ) async throws -> Value {
        try await read(.query, body)
    }
}
