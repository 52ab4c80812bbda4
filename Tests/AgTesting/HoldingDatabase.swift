package import AgSQL
import Synchronization

/// A database whose next write can be held with all its statements done and its commit still to come, so that a test can
/// begin another one at the worst moment.
package final class HoldingDatabase: ForwardingDatabase {
    package let base: any Database
    private let next = Mutex<Gate?>(nil)

    package init(_ base: any Database) {
        self.base = base
    }

    package func holdNextWrite() -> Gate {
        let gate = Gate()
        next.withLock { $0 = gate }
        return gate
    }

    package func write<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Value
    ) async throws -> Value {
        try await base.write { [self] tx in
            let value = try body(tx)
            // Once: when the write runs again after a conflict, nothing holds it.
            next.withLock { gate in
                defer { gate = nil }
                return gate
            }?.pass()
            return value
        }
    }

    /// Holds the write that `one` makes just before its commit, runs `other` until it waits for that or is through, and
    /// lets `one` commit.
    ///
    /// - Parameter other: must write through another connection than this one.
    package func race<First: Sendable, Second: Sendable>(
        _ one: @escaping @Sendable () async throws -> First, _ other: @escaping @Sendable () async throws -> Second
    ) async -> (Result<First, any Error>, Result<Second, any Error>) {
        await race(holdNextWrite(), one, other)
    }

    /// The same where `one` itself passes the gate.
    package func race<First: Sendable, Second: Sendable>(
        _ gate: Gate, _ one: @escaping @Sendable () async throws -> First,
        _ other: @escaping @Sendable () async throws -> Second
    ) async -> (Result<First, any Error>, Result<Second, any Error>) {
        let first = Task { try await one() }
        await gate.arrived()
        let isThrough = Atomic<Bool>(false)
        let second = Task {
            defer { isThrough.store(true, ordering: .releasing) }
            return try await other()
        }
        while !isThrough.load(ordering: .acquiring), await !otherWaits() { await Task.yield() }
        gate.open()
        return (await first.result, await second.result)
    }

    /// Whether a connection to the same schema waits for a lock. With one writer at a time there is nothing to see: the
    /// other one cannot even begin.
    private func otherWaits() async -> Bool {
        guard dialect == .postgres else { return true }
        let waits = try? await base.read(.lookUp) { connection in
            try connection.exists(
                """
                SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'
                    AND application_name = current_setting('application_name')
                """)
        }
        return waits ?? false
    }
}
