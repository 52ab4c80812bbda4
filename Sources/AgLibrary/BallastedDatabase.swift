import AgBlobs
import AgSQL

/// A database that finds room for a deletion on a full disk: a `conclude` for which there is none gives the ballast away and
/// runs again. Its body runs twice then, the first time without any effect.
///
/// Every other write fails there. Were the ballast for any of them, a heartbeat or the check of `/readyz` would have it before
/// the first deletion comes.
struct BallastedDatabase: ForwardingDatabase {
    let base: any Database
    let ballast: Ballast

    func write<Value: Sendable>(_ body: @escaping @Sendable (any SQLTransaction) throws -> Value) async throws -> Value
    {
        do {
            return try await base.write(body)
        } catch let error as SQLError where error.code == .full && Concluding.isUnderWay {
            guard await ballast.release() else { throw error }
            return try await base.write(body)
        }
    }
}
