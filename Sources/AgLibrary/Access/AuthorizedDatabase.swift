package import AgSQL

/// A database whose transactions begin by asking whether the caller may still write: with a call's authority around it, no
/// effect can be committed after that authority has ended, whichever part of the program writes.
package struct AuthorizedDatabase: ForwardingDatabase {
    package let base: any Database

    package init(_ base: any Database) {
        self.base = base
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
}
