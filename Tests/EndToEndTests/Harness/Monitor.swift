import Glibc

/// A value that threads wait on until it is as they want it.
///
/// Waiting blocks the thread, so it is done on `Harness.threads` and never on the cooperative pool.
final class Monitor<Value: Sendable>: Sendable {
    // Every access is between lock and unlock of the pthread mutex that lives beside it.
    nonisolated(unsafe) private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    // Used only with the mutex held, as pthread_cond_timedwait demands.
    nonisolated(unsafe) private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    // Guarded by the mutex above.
    nonisolated(unsafe) private var value: Value

    init(_ value: Value) {
        self.value = value
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    func change<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        defer { pthread_cond_broadcast(condition) }
        return try body(&value)
    }

    var current: Value {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return value
    }

    /// Waits until `body` answers, and returns the answer; `nil` when the time is up first.
    func wait<Result>(until deadline: Deadline, for body: (Value) throws -> Result?) rethrows -> Result? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        var end = deadline.moment
        while true {
            if let result = try body(value) { return result }
            if pthread_cond_timedwait(condition, mutex, &end) == ETIMEDOUT { return try body(value) }
        }
    }
}

/// A moment of the monotonic clock after which waiting is a failure.
struct Deadline: Sendable {
    let moment: timespec

    static func within(_ duration: Duration) -> Deadline {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        let (seconds, attoseconds) = duration.components
        let nanoseconds = Int64(now.tv_nsec) + attoseconds / 1_000_000_000
        return Deadline(
            moment: timespec(
                tv_sec: now.tv_sec + Int(seconds + nanoseconds / 1_000_000_000),
                tv_nsec: Int(nanoseconds % 1_000_000_000)))
    }

    var millisecondsLeft: Int {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        let left = (moment.tv_sec - now.tv_sec) * 1_000 + (moment.tv_nsec - now.tv_nsec) / 1_000_000
        return max(0, left)
    }

    var hasPassed: Bool { millisecondsLeft == 0 }
}
