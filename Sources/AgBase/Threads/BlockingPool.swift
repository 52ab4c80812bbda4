import Synchronization

/// Threads for work that blocks: files, SQLite, hashing. The shared pool has one thread per core, and two slow
/// calls there would stop every request.
///
/// Use it as a preference: `withTaskExecutorPreference(pool) { try await work() }`; `@concurrent` and nonisolated
/// functions honour it, actors with an executor of their own do not.
package final class BlockingPool: TaskExecutor {
    private let queue: WorkQueue

    /// - Parameter threads: how many calls may block at once.
    package init(threads: Int, name: String) {
        precondition(threads > 0, "BlockingPool needs at least one thread, got \(threads)")
        let queue = WorkQueue()
        self.queue = queue
        for index in 0..<threads {
            NamedThread.start("\(name)-\(index)") { queue.runUntilClosed() }
        }
    }

    deinit {
        queue.close()
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        let executor = asUnownedTaskExecutor()
        queue.add { unowned.runSynchronously(on: executor) }
    }

    /// Runs a blocking closure on one of the threads and waits for nothing.
    package func submit(_ body: @escaping @Sendable () -> Void) {
        queue.add(body)
    }

    /// Runs a blocking closure on one of the threads and waits for it without holding a thread of the caller's.
    package func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.add { continuation.resume(with: Result { try body() }) }
        }
    }
}
