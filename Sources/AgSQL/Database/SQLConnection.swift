/// A connection lent for one synchronous closure. It stays on its thread and is of no use afterwards.
package protocol SQLConnection {
    var dialect: SQLDialect { get }

    /// Runs a statement to its end. Returns the number of rows it inserted, changed or deleted itself.
    @discardableResult
    func execute(_ sql: SQL) throws -> Int

    func all<Value>(_ sql: SQL, _ read: (Row) throws -> Value) throws -> [Value]

    /// The first row, or `nil` when there is none. A statement that writes still runs to its end.
    func first<Value>(_ sql: SQL, _ read: (Row) throws -> Value) throws -> Value?
}

extension SQLConnection {
    /// Whether the query has a row.
    package func exists(_ sql: SQL) throws -> Bool {
        try first(sql) { _ in true } ?? false
    }

    /// The first column of the first row; `nil` when there is no row.
    package func value<Value: SQLReadable>(_ sql: SQL) throws -> Value? {
        try first(sql) { try $0[0] }
    }
}

/// A connection inside a transaction that may write.
package protocol SQLTransaction: SQLConnection {
    /// Runs `body` after the durable commit and before anybody is told of it, in commit order, and never after a
    /// rollback. For caches that must not outlive what they hold: all writers wait for it.
    func beforeAnswer(_ body: @escaping @Sendable () -> Void)

    /// Runs `body` after the durable commit, in commit order, and never after a rollback.
    ///
    /// It runs on a thread that all hooks share: wake somebody and return.
    func afterCommit(_ body: @escaping @Sendable () -> Void)

    /// Sends the notice with the commit, to this and all other processes on the database; never after a rollback.
    func notify(_ notice: Notice)
}
