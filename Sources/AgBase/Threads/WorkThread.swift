/// One thread that runs closures in the order they came, for work that must not overlap and is started without waiting.
package final class WorkThread: Sendable {
    private let queue: WorkQueue

    package init(_ name: String) {
        let queue = WorkQueue()
        self.queue = queue
        NamedThread.start(name) { queue.runUntilClosed() }
    }

    deinit {
        queue.close()
    }

    package func add(_ work: @escaping @Sendable () -> Void) {
        queue.add(work)
    }

    /// Waits until everything that was added before has run.
    package func drain() async {
        await withCheckedContinuation { continuation in
            queue.add { continuation.resume() }
        }
    }
}
