internal import AgBase
internal import Synchronization

/// Threads with a connection each that serve one queue.
final class PostgresLane<Work: Sendable>: Sendable {
    private let queue = BlockingQueue<Work>()
    private let running: Mutex<Int>
    private let ended = Promise<Void>()

    /// - Parameters:
    ///   - most: how much of what waits a thread takes at once.
    ///   - serve: runs on a thread of the lane, with that thread's connection.
    init(
        _ name: String, threads: Int, most: Int = 1, session: @escaping @Sendable () -> PostgresSession,
        serve: @escaping @Sendable ([Work], PostgresSession) -> Void
    ) {
        let count = max(1, threads)
        running = Mutex(count)
        for index in 0..<count {
            NamedThread.start("\(name)-\(index)") { [self] in
                let mine = session()
                while case let work = queue.take(upTo: most), !work.isEmpty { serve(work, mine) }
                mine.close()
                threadEnded()
            }
        }
    }

    var waiting: Int { queue.count }

    /// False when the lane is closed.
    func add(_ work: Work) -> Bool {
        queue.add(work)
    }

    /// Refuses new work; what is queued is finished.
    func refuse() {
        queue.close()
    }

    /// Refuses new work, and waits for what is queued. May be called again.
    func close() async {
        refuse()
        await ended.value
    }

    private func threadEnded() {
        let left = running.withLock { running in
            running -= 1
            return running
        }
        if left == 0 { ended.resolve() }
    }
}
