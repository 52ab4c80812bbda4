internal import Synchronization

/// Ties a task's cancellation to the query that runs for it, and to no later one on the same connection.
final class ReadTicket: Sendable {
    private struct State {
        var flag: StopFlag?
        var isCancelled = false
    }

    private let state = Mutex(State())

    /// False when the task was cancelled before its turn came.
    func begin(_ flag: StopFlag) -> Bool {
        state.withLock { state in
            if state.isCancelled { return false }
            state.flag = flag
            return true
        }
    }

    func end() {
        state.withLock { state in
            state.flag?.lower()
            state.flag = nil
        }
    }

    func cancel() {
        state.withLock { state in
            state.isCancelled = true
            state.flag?.raise()
        }
    }
}
