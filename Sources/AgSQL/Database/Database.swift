/// Where rows are kept. One value per process and database; all calls may come at once.
package protocol Database: Sendable {
    var dialect: SQLDialect { get }

    /// Runs `body` on a snapshot: all its queries see the same moment.
    ///
    /// Throws what `body` throws, and `CancellationError` when the task is cancelled, also in the middle of a query.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Value
    ) async throws -> Value

    /// Runs `body` in a transaction, which is durable when this returns. If it throws, nothing of it remains.
    ///
    /// Runs even in a cancelled task: what tidies up must be able to write. `body` runs once at most.
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
