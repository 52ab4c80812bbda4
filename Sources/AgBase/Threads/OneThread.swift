/// A serial executor on one thread of its own, for an actor that wraps something bound to a thread or slow to answer.
package final class OneThread: SerialExecutor {
    private let queue = WorkQueue()

    package init(_ name: String) {
        let queue = self.queue
        NamedThread.start(name) { queue.runUntilClosed() }
    }

    deinit {
        queue.close()
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        let executor = asUnownedSerialExecutor()
        queue.add { unowned.runSynchronously(on: executor) }
    }
}
