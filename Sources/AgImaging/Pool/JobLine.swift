import Synchronization

/// Pictures waiting for a child, first come, first served.
final class JobLine: Sendable {
    private struct State {
        var waiting: [CodecJob] = []
        var isClosed = false
    }

    /// Rings once for each waiting job, and without end after the closing.
    let bell: Counter
    /// Rings at the closing.
    let closing: Counter
    private let state = Mutex(State())

    init() throws(CodecError) {
        bell = try Counter()
        closing = try Counter()
    }

    func add(_ job: CodecJob) {
        let isOpen = state.withLock { state in
            if !state.isClosed { state.waiting.append(job) }
            return !state.isClosed
        }
        guard isOpen else { return job.finish(CodecError(.unavailable, "The codecs are shutting down.")) }
        bell.strike()
    }

    /// The next job that somebody still wants; `nil` when another child was faster, or there is none.
    func take() -> CodecJob? {
        guard bell.take() else { return nil }
        return state.withLock { state in
            while !state.waiting.isEmpty {
                let job = state.waiting.removeFirst()
                if !job.isCancelled { return job }
            }
            return nil
        }
    }

    var isClosed: Bool { state.withLock { $0.isClosed } }
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Nothing is taken in any more; what waits is answered.
    func close() {
        let left = state.withLock { state in
            state.isClosed = true
            defer { state.waiting = [] }
            return state.waiting
        }
        left.forEach { $0.finish(CodecError(.unavailable, "The codecs are shutting down.")) }
        bell.strike(1 << 32)
        closing.strike()
    }
}
