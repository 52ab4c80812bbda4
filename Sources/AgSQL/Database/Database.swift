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

    /// Lends every row of a table to `body`, read in pages by key: a table of any size takes neither a long snapshot nor the
    /// memory for it. Each page is a moment of its own, so a row that is written meanwhile may be among them or not.
    ///
    /// - Parameters:
    ///   - query: the rows behind a key, `nil` for the first ones, in the order of the key and at most `limit`.
    ///   - row: a row's key and what `body` gets.
    package func each<Key: Sendable, Value: Sendable>(
        page limit: Int = 500, _ query: @escaping @Sendable (_ after: Key?, _ limit: Int) -> SQL,
        row: @escaping @Sendable (Row) throws -> (key: Key, value: Value), _ body: (Value) async throws -> Void
    ) async throws {
        var last: Key?
        while true {
            let rows = try await read(.whole) { [last] in try $0.all(query(last, limit), row) }
            for row in rows { try await body(row.value) }
            guard rows.count == limit, let end = rows.last else { return }
            last = end.key
        }
    }
}
