import Synchronization

/// Counts the tokens that were revoked and the sessions that were ended in this process, and wakes those who wait for one.
///
/// The count is read for every answer that is given again, so it is an atomic; waiting is rare.
final class Endings: Sendable {
    private struct Waiters {
        var next = 0
        var open: [Int: CheckedContinuation<Void, Never>] = [:]
    }

    private let total = Atomic(0)
    private let waiters = Mutex(Waiters())

    var count: Int { total.load(ordering: .acquiring) }

    func ring() {
        total.add(1, ordering: .releasing)
        let woken = waiters.withLock { waiters in
            defer { waiters.open = [:] }
            return waiters.open.values
        }
        for waiter in woken { waiter.resume() }
    }

    /// Returns when the count is another one than `seen`, or the task is cancelled.
    func wait(beyond seen: Int) async {
        let number = waiters.withLock { waiters in
            waiters.next += 1
            return waiters.next
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mustWait = waiters.withLock { waiters in
                    guard count == seen, !Task.isCancelled else { return false }
                    waiters.open[number] = continuation
                    return true
                }
                if !mustWait { continuation.resume() }
            }
        } onCancel: {
            waiters.withLock { $0.open.removeValue(forKey: number) }?.resume()
        }
    }
}
