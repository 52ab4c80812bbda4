/// A database that stands in front of another one and changes some of its calls. Whatever it does not implement itself goes to
/// `base` as it is.
package protocol ForwardingDatabase: Database {
    var base: any Database { get }
}

extension ForwardingDatabase {
    package var dialect: SQLDialect { base.dialect }

    package var notices: Notices { base.notices }

    package var waitingWrites: Int { base.waitingWrites }

    package func read<Value: Sendable>(
        _ kind: ReadKind, _ body: @escaping @Sendable (any SQLConnection) throws -> Value
    ) async throws -> Value {
        try await base.read(kind, body)
    }

    package func write<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Value
    ) async throws -> Value {
        try await base.write(body)
    }

    package func integrityFindings() async throws -> [String] { try await base.integrityFindings() }

    package func close() async { await base.close() }
}
