internal import Synchronization

/// What can stop a running query from another thread, or at a moment that was set before.
protocol QueryInterrupt: Sendable {
    func raise()
    /// Takes `raise` and `arm` back.
    func lower()
    /// Counts as raised from then on.
    func arm(until moment: ContinuousClock.Instant?)
    var isLate: Bool { get }
}

/// Ties a task's cancellation and its time limit to the query that runs for it, and to no later one on the same connection.
final class ReadTicket: Sendable {
    private struct State {
        var flag: (any QueryInterrupt)?
        var isCancelled = false
    }

    private let limit: Duration?
    private let state = Mutex(State())

    init(limit: Duration? = nil) {
        self.limit = limit
    }

    /// False when the task was cancelled before its turn came.
    func begin(_ flag: any QueryInterrupt) -> Bool {
        state.withLock { state in
            if state.isCancelled { return false }
            state.flag = flag
            flag.arm(until: limit.map { .now + $0 })
            return true
        }
    }

    var isCancelled: Bool { state.withLock(\.isCancelled) }

    /// Returns whether the limit has passed and the task was not cancelled.
    @discardableResult
    func end() -> Bool {
        state.withLock { state in
            let isLate = state.flag?.isLate ?? false
            state.flag?.lower()
            state.flag = nil
            return isLate && !state.isCancelled
        }
    }

    func cancel() {
        state.withLock { state in
            state.isCancelled = true
            state.flag?.raise()
        }
    }
}
