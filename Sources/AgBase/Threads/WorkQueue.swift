#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Closures waiting for a thread, first in, first out.
///
/// A condition variable rather than `Mutex`: the threads must sleep until there is work.
final class WorkQueue: Sendable {
    // Every access is between lock() and unlock() of the pthread mutex that lives beside it.
    nonisolated(unsafe) private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    // Used only with the mutex held, as pthread_cond_wait demands.
    nonisolated(unsafe) private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    // Guarded by the mutex above.
    nonisolated(unsafe) private var waiting: [@Sendable () -> Void] = []
    // Guarded by the mutex above; the head index saves moving the array at each take.
    nonisolated(unsafe) private var head = 0
    // Guarded by the mutex above.
    nonisolated(unsafe) private var isClosed = false

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    func add(_ work: @escaping @Sendable () -> Void) {
        pthread_mutex_lock(mutex)
        waiting.append(work)
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    /// Lets the threads finish what is queued and then end.
    func close() {
        pthread_mutex_lock(mutex)
        isClosed = true
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
    }

    /// The body of a thread: takes and runs until the queue is closed and empty.
    func runUntilClosed() {
        while let work = take() { work() }
    }

    private func take() -> (@Sendable () -> Void)? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while head == waiting.count {
            if isClosed { return nil }
            pthread_cond_wait(condition, mutex)
        }
        let work = waiting[head]
        head += 1
        if head == waiting.count || head > 1_024 {
            waiting.removeFirst(head)
            head = 0
        }
        return work
    }
}
