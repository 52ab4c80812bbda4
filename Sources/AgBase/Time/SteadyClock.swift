/// Time that only goes forward, for leases, deadlines and waiting. No step of the wall clock touches it.
package protocol SteadyClock: Sendable {
    /// Since some moment in the past; means something within this process only.
    func elapsed() -> Duration

    /// Throws `CancellationError` when the task is cancelled first.
    func sleep(until moment: Duration) async throws
}

extension SteadyClock {
    package func sleep(for duration: Duration) async throws {
        try await sleep(until: elapsed() + duration)
    }
}

/// The machine's monotonic clock. It stands still while the machine sleeps, so that a worker that slept too is not taken for dead.
package struct SystemSteadyClock: SteadyClock {
    private static let start = SuspendingClock.now

    package init() {}

    package func elapsed() -> Duration {
        Self.start.duration(to: .now)
    }

    package func sleep(until moment: Duration) async throws {
        try await Task.sleep(until: Self.start.advanced(by: moment), clock: .suspending)
    }
}
