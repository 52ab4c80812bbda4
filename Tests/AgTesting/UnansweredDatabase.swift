package import AgSQL
import Synchronization

/// A database whose next write of some kind is committed and reported as failed, as when the connection breaks before the answer to
/// COMMIT arrives.
package final class UnansweredDatabase: ForwardingDatabase {
    package let base: any Database
    private let isNext = Atomic<Bool>(false)
    private let isLost: @Sendable (Any) -> Bool

    /// - Parameter isLost: whether the answer to a write with this result is the one to lose.
    package init(_ base: any Database, losing isLost: @escaping @Sendable (Any) -> Bool) {
        self.base = base
        self.isLost = isLost
    }

    package func loseNextAnswer() {
        isNext.store(true, ordering: .releasing)
    }

    package var hasLost: Bool { !isNext.load(ordering: .acquiring) }

    package func write<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Value
    ) async throws -> Value {
        let value = try await base.write(body)
        guard isLost(value), isNext.exchange(false, ordering: .acquiringAndReleasing) else { return value }
        throw SQLError(.io, "The answer to COMMIT got lost.")
    }
}
