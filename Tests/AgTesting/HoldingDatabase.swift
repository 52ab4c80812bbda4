package import AgSQL
import Synchronization

/// A database whose next write can be held with all its statements done and its commit still to come, so that a test can
/// begin another one at the worst moment.
package final class HoldingDatabase: Database {
    private let real: any Database
    private let next = Mutex<Gate?>(nil)

    package init(_ real: any Database) {
        self.real = real
    }

    package func holdNextWrite() -> Gate {
        let gate = Gate()
        next.withLock { $0 = gate }
        return gate
    }

    package var dialect: SQLDialect { real.dialect }
    package var waitingWrites: Int { real.waitingWrites }
    package var notices: Notices { real.notices }

    package func read<Value: Sendable>(
        _ kind: ReadKind, _ body: @escaping @Sendable (any SQLConnection) throws -> Value
    ) async throws -> Value {
        try await real.read(kind, body)
    }

    package func write<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Value
    ) async throws -> Value {
        try await real.write { [self] tx in
            let value = try body(tx)
            // Once: when the write runs again after a conflict, nothing holds it.
            next.withLock { gate in
                defer { gate = nil }
                return gate
            }?.pass()
            return value
        }
    }

    package func integrityFindings() async throws -> [String] { try await real.integrityFindings() }
    package func close() async { await real.close() }

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
        let waits = try? await real.read(.lookUp) { connection in
            try connection.exists(
                """
                SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'
                    AND application_name = current_setting('application_name')
                """)
        }
        return waits ?? false
    }
}
