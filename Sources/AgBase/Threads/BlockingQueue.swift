import Glibc

/// Elements waiting for a thread, first in, first out.
///
/// A condition variable rather than `Mutex`: the threads must sleep until there is work.
package final class BlockingQueue<Element: Sendable>: Sendable {
    // Every access is between lock() and unlock() of the pthread mutex that lives beside it.
    nonisolated(unsafe) private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    // Used only with the mutex held, as pthread_cond_wait demands.
    nonisolated(unsafe) private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    // Guarded by the mutex above.
    nonisolated(unsafe) private var waiting: [Element] = []
    // Guarded by the mutex above; the head index saves moving the array at each take.
    nonisolated(unsafe) private var head = 0
    // Guarded by the mutex above.
    nonisolated(unsafe) private var isClosed = false

    package init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    package var count: Int { locked { waiting.count - head } }

    /// False when the queue is closed and did not take it.
    @discardableResult
    package func add(_ element: Element) -> Bool {
        locked {
            if isClosed { return false }
            waiting.append(element)
            pthread_cond_signal(condition)
            return true
        }
    }

    /// Refuses what comes from now on and lets the threads finish what is queued. False when it was closed before.
    @discardableResult
    package func close() -> Bool {
        locked {
            defer { isClosed = true }
            pthread_cond_broadcast(condition)
            return !isClosed
        }
    }

    /// Waits for an element; `nil` when the queue is closed and empty.
    package func take() -> Element? {
        take(upTo: 1).first
    }

    /// Waits for an element and takes what else is there, `most` in all; empty when the queue is closed and empty.
    package func take(upTo most: Int) -> [Element] {
        locked {
            while head == waiting.count {
                if isClosed { return [] }
                pthread_cond_wait(condition, mutex)
            }
            let taken = Array(waiting[head..<min(waiting.count, head + max(1, most))])
            head += taken.count
            if head == waiting.count || head > 1_024 {
                waiting.removeFirst(head)
                head = 0
            }
            return taken
        }
    }

    private func locked<Value>(_ body: () -> Value) -> Value {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }
}

/// Closures waiting for a thread.
typealias WorkQueue = BlockingQueue<@Sendable () -> Void>

extension WorkQueue {
    /// The body of a thread: takes and runs until the queue is closed and empty.
    func runUntilClosed() {
        while let work = take() { work() }
    }
}
