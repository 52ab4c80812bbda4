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
    private var attachments: [ObjectIdentifier: AnyObject] = [:]
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
    func complete() throws {
        while !last.isEmpty { try last.removeFirst()(self) }
        if let failure { throw failure }
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

    func attachment<Value: AnyObject>(_ make: () -> Value) -> Value {
        let key = ObjectIdentifier(Value.self)
        if let known = attachments[key] as? Value { return known }
        let value = make()
        attachments[key] = value
        return value
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
