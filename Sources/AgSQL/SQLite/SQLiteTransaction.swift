/// What a write closure holds: the writer's connection for as long as the closure runs.
final class SQLiteTransaction: SQLTransaction {
    private let connection: SQLiteConnection
    private var isOpen = true
    private(set) var notices: [@Sendable () -> Void] = []
    private(set) var hooks: [@Sendable () -> Void] = []
    private(set) var signals: [Notice] = []

    init(_ connection: SQLiteConnection) {
        self.connection = connection
    }

    var dialect: SQLDialect { .sqlite }

    /// The closure has returned; a transaction that escaped from it is refused from now on.
    func end() {
        isOpen = false
    }

    @discardableResult
    func execute(_ sql: SQL) throws -> Int {
        try open().execute(sql)
    }

    func all<Value>(_ sql: SQL, _ read: (Row) throws -> Value) throws -> [Value] {
        try open().all(sql, read)
    }

    func first<Value>(_ sql: SQL, _ read: (Row) throws -> Value) throws -> Value? {
        try open().first(sql, read)
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

    private func open() throws -> SQLiteConnection {
        guard isOpen else { throw SQLError(.misuse, "The transaction was used after its closure had returned.") }
        return connection
    }
}
