/// What a write closure holds: a writer's connection for as long as the closure runs.
///
/// The same for every database, so that what one refuses no other one takes: a statement after a failed one, and a
/// transaction that escaped from its closure.
final class LentTransaction<Connection: SQLConnection>: SQLTransaction {
    private let connection: Connection
    private var isOpen = true
    /// The first error of a statement.
    private var failure: (any Error)?
    private var last: [(any SQLTransaction) throws -> Void] = []
    private var tails: [any TransactionTail] = []
    private(set) var notices: [@Sendable () -> Void] = []
    private(set) var hooks: [@Sendable () -> Void] = []
    private(set) var signals: [Notice] = []

    init(_ connection: Connection) {
        self.connection = connection
    }

    var dialect: SQLDialect { connection.dialect }

    /// Runs the caller's closure. Throws what it throws, and the error of a statement that it passed over.
    func run(_ body: @Sendable (any SQLTransaction) throws -> Void) throws {
        try body(self)
        if let failure { throw failure }
    }

    /// Runs what was asked for with `beforeCommit`, and what that asks for.
    func runLast() throws {
        while !last.isEmpty { try last.removeFirst()(self) }
        if let failure { throw failure }
    }

    /// The same, and writes the tails.
    func complete() throws {
        try runLast()
        for tail in tails { try tail.write(in: self) }
    }

    /// Writes the tails of several transactions, those of one type as one.
    static func writeTails(of transactions: [LentTransaction], in connection: Connection) throws {
        var joined: [any TransactionTail] = []
        for tail in transactions.flatMap(\.tails) where !joined.contains(where: { tail.joins($0) }) {
            joined.append(tail)
        }
        for tail in joined { try tail.write(in: connection) }
    }

    /// Refuses every further statement.
    func end() {
        isOpen = false
    }

    @discardableResult
    func execute(_ sql: SQL) throws -> Int {
        try noting { try $0.execute(sql) }
    }

    func all<Value>(_ sql: SQL, _ read: (Row) throws -> Value) throws -> [Value] {
        try noting { try $0.all(sql, read) }
    }

    func first<Value>(_ sql: SQL, _ read: (Row) throws -> Value) throws -> Value? {
        try noting { try $0.first(sql, read) }
    }

    func tail<Tail: TransactionTail>(_ type: Tail.Type) -> Tail {
        for case let known as Tail in tails { return known }
        let tail = Tail()
        tails.append(tail)
        return tail
    }

    func beforeCommit(_ body: @escaping (any SQLTransaction) throws -> Void) {
        last.append(body)
    }

    func beforeAnswer(_ body: @escaping @Sendable () -> Void) {
        notices.append(body)
    }

    func afterCommit(_ body: @escaping @Sendable () -> Void) {
        hooks.append(body)
    }

    func notify(_ notice: Notice) {
        signals.append(notice)
    }

    private func noting<Value>(_ body: (Connection) throws -> Value) throws -> Value {
        guard isOpen else { throw SQLError(.misuse, "The transaction was used after its closure had returned.") }
        guard failure == nil else {
            throw SQLError(.misuse, "The transaction was ended by the error of an earlier statement.")
        }
        do {
            return try body(connection)
        } catch {
            failure = error
            throw error
        }
    }
}

extension TransactionTail {
    /// Whether the other is of the same type, and has taken this one in.
    fileprivate func joins(_ other: any TransactionTail) -> Bool {
        guard let other = other as? Self else { return false }
        other.join(self)
        return true
    }
}
