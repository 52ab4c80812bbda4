internal import Synchronization

/// Wakes one waiting task; several calls before it looks count as one.
package final class Signal: Sendable {
    private struct State {
        var isRaised = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    package init() {}

    package func raise() {
        let waiter = state.withLock { state in
            if state.waiter == nil { state.isRaised = true }
            return state.waiter.take()
        }
        waiter?.resume()
    }

    /// Returns at once when it was raised since the last wait, and when the task is cancelled.
    package func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isRaised = state.withLock { state in
                    if !state.isRaised && !Task.isCancelled { state.waiter = continuation }
                    defer { state.isRaised = false }
                    return state.waiter == nil
                }
                if isRaised { continuation.resume() }
            }
        } onCancel: {
            raise()
        }
    }

    /// As `wait`, and at `moment` at the latest.
    package func wait(until moment: Duration, _ clock: any SteadyClock) async {
        let timer = Task {
            try await clock.sleep(until: moment)
            raise()
        }
        await wait()
        timer.cancel()
        // The timer holds nothing but this signal, and a raise too many only makes its owner look once more.
        _ = await timer.result
    }
}
