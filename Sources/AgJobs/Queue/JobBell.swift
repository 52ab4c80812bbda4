internal import Synchronization

/// Tells the workers of this process what a transaction has just made true.
final class JobBell: Sendable {
    /// One worker's ears.
    struct Listener: Sendable {
        /// Jobs may be waiting.
        let onWork: @Sendable () -> Void
        /// These jobs are no longer anybody's.
        let onCancel: @Sendable ([JobID]) -> Void
    }

    private struct State {
        var listeners: [Int: Listener] = [:]
        var next = 0
    }

    private let state = Mutex(State())

    func add(_ listener: Listener) -> Int {
        state.withLock { state in
            state.next += 1
            state.listeners[state.next] = listener
            return state.next
        }
    }

    func remove(_ number: Int) {
        state.withLock { $0.listeners[number] = nil }
    }

    func ring() {
        for listener in state.withLock({ Array($0.listeners.values) }) { listener.onWork() }
    }

    func cancelled(_ ids: [JobID]) {
        for listener in state.withLock({ Array($0.listeners.values) }) { listener.onCancel(ids) }
    }
}
