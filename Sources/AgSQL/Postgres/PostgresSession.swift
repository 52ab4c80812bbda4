/// One thread's connection: made when it is needed, made again after it broke.
final class PostgresSession {
    private let connector: PostgresConnector
    private let outage: PostgresOutage
    private let role: PostgresConnector.Role
    private var current: PostgresConnection?

    init(_ connector: PostgresConnector, _ role: PostgresConnector.Role, _ outage: PostgresOutage) {
        self.connector = connector
        self.role = role
        self.outage = outage
    }

    /// Runs `body`, and once more on a new connection when a kept one turns out to be dead.
    ///
    /// `body` must be free to run twice: it must not throw a lost connection once something may have been committed.
    func run<Value>(_ body: (PostgresConnection) throws -> Value) throws -> Value {
        let wasKept = current != nil
        do {
            return try attempt(body)
        } catch let error as SQLError where error.code == .io && wasKept && current == nil {
            return try attempt(body)
        }
    }

    private func attempt<Value>(_ body: (PostgresConnection) throws -> Value) throws -> Value {
        let connection = try connected()
        defer { if !connection.isReusable { current = nil } }
        return try body(connection)
    }

    private func connected() throws -> PostgresConnection {
        if let current, !isDoubtful(current) { return current }
        try outage.check()
        do {
            let connection = try connector.connect(role)
            connection.outage = outage
            outage.ended()
            current = connection
            return connection
        } catch let error as SQLError {
            outage.failed(error)
            throw error
        }
    }

    /// Whether the server fell silent while the connection was idle: it may be one that a firewall forgot.
    private func isDoubtful(_ connection: PostgresConnection) -> Bool {
        outage.silence.map { $0 > connection.heardAt } ?? false
    }

    func close() {
        current = nil
    }
}
