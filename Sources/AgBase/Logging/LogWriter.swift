import Glibc

/// Writes lines to a descriptor on a thread of its own. Adding a line never waits for the reader: a stalled pipe or
/// terminal costs lines, which are counted, and never a connection.
package final class LogWriter: Sendable {
    private let queue: Queue

    /// - Parameters:
    ///   - mostBytes: what may wait; the rest is dropped.
    ///   - report: makes the line that tells how many were dropped.
    package init(
        descriptor: Int32 = 2, mostBytes: Int = 4 << 20, report: @escaping @Sendable (Int) -> [UInt8]
    ) {
        let queue = Queue(LineBuffer(mostBytes: mostBytes, report: report))
        self.queue = queue
        NamedThread.start("log") { queue.write(to: descriptor) }
    }

    deinit {
        queue.close()
    }

    package func add(_ line: [UInt8]) {
        queue.add(line)
    }

    /// Waits until everything that was added is written; false when that took longer. Blocks.
    @discardableResult
    package func flush(within limit: Duration) -> Bool {
        queue.flush(within: limit)
    }
}

extension LogWriter {
    /// What the thread and the writer share. A condition variable rather than `Mutex`: the thread sleeps until there is a line.
    private final class Queue: Sendable {
        // Every access is between lock() and unlock() of the pthread mutex that lives beside it.
        nonisolated(unsafe) private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        // Used only with the mutex held, as pthread_cond_wait demands.
        nonisolated(unsafe) private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
        // Guarded by the mutex above.
        nonisolated(unsafe) private var buffer: LineBuffer
        // Guarded by the mutex above.
        nonisolated(unsafe) private var isWriting = false
        // Guarded by the mutex above.
        nonisolated(unsafe) private var isClosed = false

        /// In microseconds. The longest is what a disk with room again, or a new reader, may wait for the log.
        private static let shortestPause: useconds_t = 100_000
        private static let longestPause: useconds_t = 6_400_000

        init(_ buffer: LineBuffer) {
            self.buffer = buffer
            pthread_mutex_init(mutex, nil)
            var attributes = pthread_condattr_t()
            pthread_condattr_init(&attributes)
            // A step of the wall clock must not make `flush` wait for an hour.
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

        func add(_ line: [UInt8]) {
            locked { buffer.add(line) }
        }

        func close() {
            locked { isClosed = true }
        }

        /// The body of the thread: until the queue is closed and empty.
        func write(to descriptor: Int32) {
            var output = LineOutput(descriptor: descriptor)
            var pause = Self.shortestPause
            while let lines = take() {
                let lost = lines.reduce(0) { output.put($1.bytes) ? $0 : $0 + $1.lineCount }
                locked {
                    if lost > 0, !isClosed { buffer.lose(lost) }
                    isWriting = false
                }
                // A reader that left or a disk that is full: not again at once, and ever less often.
                if lost > 0 { usleep(pause) }
                pause = lost > 0 ? min(pause * 2, Self.longestPause) : Self.shortestPause
            }
        }

        func flush(within limit: Duration) -> Bool {
            var deadline = timespec()
            clock_gettime(CLOCK_MONOTONIC, &deadline)
            let nanoseconds = Int64(deadline.tv_nsec) + limit.components.attoseconds / 1_000_000_000
            deadline.tv_sec += Int(limit.components.seconds + nanoseconds / 1_000_000_000)
            deadline.tv_nsec = Int(nanoseconds % 1_000_000_000)
            pthread_mutex_lock(mutex)
            defer { pthread_mutex_unlock(mutex) }
            while isWriting || !buffer.isEmpty {
                if pthread_cond_timedwait(condition, mutex, &deadline) == ETIMEDOUT { return false }
            }
            return true
        }

        private func take() -> [LineBuffer.Entry]? {
            pthread_mutex_lock(mutex)
            defer { pthread_mutex_unlock(mutex) }
            while buffer.isEmpty {
                if isClosed { return nil }
                pthread_cond_wait(condition, mutex)
            }
            isWriting = true
            return buffer.takeAll()
        }

        /// Changes the state, and wakes the thread and the callers that wait in `flush`.
        private func locked(_ change: () -> Void) {
            pthread_mutex_lock(mutex)
            change()
            pthread_cond_broadcast(condition)
            pthread_mutex_unlock(mutex)
        }
    }
}
