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
    /// Whether the query, a `SELECT`, has a row. Stops at the first one.
    package func exists(_ sql: SQL) throws -> Bool {
        try first("SELECT 1 WHERE EXISTS (\(sql))") { _ in true } ?? false
    }

    /// The first column of the first row; `nil` when there is no row.
    package func value<Value: SQLReadable>(_ sql: SQL) throws -> Value? {
        try first(sql) { try $0[0] }
    }
}

/// A connection inside a transaction that may write.
///
/// The error of a statement ends the transaction: every later statement is refused, and nothing of it remains, whether the
/// closure passes the error on or not. Decide races in the statement (`ON CONFLICT`, `RETURNING`), not by catching errors.
///
/// - Important: the closure may run again after a conflict with another transaction. It must change nothing outside of the
///   database but through the hooks below.
package protocol SQLTransaction: SQLConnection {
    /// What this transaction collects and writes at its end, one for each type; made when it is first asked for.
    func tail<Tail: TransactionTail>(_ type: Tail.Type) -> Tail

    /// Runs `body` when the closure has returned, before the tails are written.
    func beforeCommit(_ body: @escaping (any SQLTransaction) throws -> Void)

    /// Runs `body` after the durable commit and before the caller is answered, and never after a rollback.
    /// For caches that must not outlive what they hold: other writers may wait for it.
    func beforeAnswer(_ body: @escaping @Sendable () -> Void)

    /// Runs `body` after the durable commit, and never after a rollback; of two transactions of which one began after the
    /// other was answered, in their order.
    ///
    /// It runs on a thread that all hooks share: wake a waiter and return.
    func afterCommit(_ body: @escaping @Sendable () -> Void)

    /// Sends the notice with the commit, to this and all other processes on the database; never after a rollback.
    func notify(_ notice: Notice)
}

/// Rows that need a lock which all writers share. They are collected while a transaction runs and written as the last
/// statements of the commit: so the lock is held for the shortest time, and taken last by everyone.
///
/// Writes that share a commit may have their tails written as one.
package protocol TransactionTail: AnyObject {
    init()
    /// Takes in what a later write of the same commit collected.
    func join(_ later: Self)
    func write(in connection: any SQLConnection) throws
}
