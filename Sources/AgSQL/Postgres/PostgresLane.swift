internal import AgBase
internal import Synchronization

/// Threads with a connection each that serve one queue.
final class PostgresLane<Work: Sendable>: Sendable {
    private struct State {
        var running: Int
        var closing: [CheckedContinuation<Void, Never>] = []
    }

    private let queue = BlockingQueue<Work>()
    private let state: Mutex<State>

    /// - Parameters:
    ///   - most: how much of what waits a thread takes at once.
    ///   - serve: runs on a thread of the lane, with that thread's connection.
    init(
        _ name: String, threads: Int, most: Int = 1, session: @escaping @Sendable () -> PostgresSession,
        serve: @escaping @Sendable ([Work], PostgresSession) -> Void
    ) {
        let count = max(1, threads)
        state = Mutex(State(running: count))
        for index in 0..<count {
            NamedThread.start("\(name)-\(index)") { [self] in
                let mine = session()
                while case let work = queue.take(upTo: most), !work.isEmpty { serve(work, mine) }
                mine.close()
                ended()
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
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if state.running > 0 { state.closing.append(continuation) }
                return state.running == 0
            }
            if isOver { continuation.resume() }
        }
    }

    private func ended() {
        let waiting = state.withLock { state in
            state.running -= 1
            guard state.running == 0 else { return [CheckedContinuation<Void, Never>]() }
            defer { state.closing = [] }
            return state.closing
        }
        for continuation in waiting { continuation.resume() }
    }
}
