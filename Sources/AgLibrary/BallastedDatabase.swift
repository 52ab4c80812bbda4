import AgBlobs
import AgSQL

/// A database that finds room for a deletion on a full disk: a `conclude` for which there is none gives the ballast away and
/// runs again. Its body runs twice then, the first time without any effect.
///
/// Every other write fails there. Were the ballast for any of them, a heartbeat or the check of `/readyz` would have it before
/// the first deletion comes.
struct BallastedDatabase: Database {
    let base: any Database
    let ballast: Ballast

    var dialect: SQLDialect { base.dialect }
    var notices: Notices { base.notices }
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
        } catch let error as SQLError where error.code == .full && Concluding.isUnderWay {
            guard await ballast.release() else { throw error }
            return try await base.write(body)
        }
    }

    func integrityFindings() async throws -> [String] { try await base.integrityFindings() }

    func close() async { await base.close() }
}
