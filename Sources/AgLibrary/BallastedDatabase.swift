import AgBlobs
import AgSQL

/// A database that finds room for a deletion on a full disk: a write for which there is none gives the ballast away and
/// runs again. Its body runs twice then, the first time without any effect.
///
/// All writes may do so but those that add something new: they are refused with 507 well before, at the reserve, and what
/// slipped through must not use up what deletions live on.
struct BallastedDatabase: Database {
    /// Whether the writes of this task may use the ballast.
    @TaskLocal static var mayUseBallast = true

    let base: any Database
    let ballast: Ballast

    var dialect: SQLDialect { base.dialect }
    var waitingWrites: Int { base.waitingWrites }

    func read<Value: Sendable>(
        _ kind: ReadKind, _ body: @escaping @Sendable (any SQLConnection) throws -> Value
    ) async throws -> Value {
        try await base.read(kind, body)
    }

    func write<Value: Sendable>(_ body: @escaping @Sendable (any SQLTransaction) throws -> Value) async throws -> Value
    {
        do {
            return try await base.write(body)
        } catch let error as SQLError where error.code == .full && Self.mayUseBallast {
            guard await ballast.release() else { throw error }
            return try await base.write(body)
        }
    }

    func integrityFindings() async throws -> [String] { try await base.integrityFindings() }

    func close() async { await base.close() }
}

extension Database {
    /// Writes something new, for which the room that deletions live on is not to be used.
    func add<Value: Sendable>(_ body: @escaping @Sendable (any SQLTransaction) throws -> Value) async throws -> Value {
        try await BallastedDatabase.$mayUseBallast.withValue(false) { try await write(body) }
    }
}
