package import AgSQL

/// A database whose transactions begin by asking whether the caller may still write: with a call's authority around it, no
/// effect can be committed after that authority has ended, whichever part of the program writes.
package struct AuthorizedDatabase: Database {
    private let base: any Database

    package init(_ base: any Database) {
        self.base = base
    }

    package var dialect: SQLDialect { base.dialect }

    package var notices: Notices { base.notices }

    package var waitingWrites: Int { base.waitingWrites }

    package func read<Value: Sendable>(
        _ kind: ReadKind, _ body: @escaping @Sendable (any SQLConnection) throws -> Value
    ) async throws -> Value {
        try await base.read(kind, body)
    }

    /// Throws `Fault` 401 as well.
    package func write<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Value
    ) async throws -> Value {
        // Here and not in the closure, which runs on the writer's thread.
        guard let authority = Authority.current else { return try await base.write(body) }
        return try await base.write { tx in
            try authority.reassert(in: tx)
            return try body(tx)
        }
    }

    package func integrityFindings() async throws -> [String] { try await base.integrityFindings() }

    package func close() async { await base.close() }
}
