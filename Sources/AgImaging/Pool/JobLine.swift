import Synchronization

/// Pictures waiting for a child: the urgent ones first, and among equals first come, first served.
final class JobLine: Sendable {
    private struct State {
        var urgent: [CodecJob] = []
        var waiting: [CodecJob] = []
        /// Urgent ones taken since the last other one.
        var urgentInARow = 0
        var isClosed = false

        /// Takes out what nobody wants any more, which shall neither hold its files open nor have a turn. To be let go of
        /// outside the lock, because that closes files.
        mutating func dropCancelled() -> [CodecJob] {
            let gone = (urgent + waiting).filter(\.isCancelled)
            guard !gone.isEmpty else { return [] }
            // The same ones: another may be cancelled by now.
            urgent.removeAll { job in gone.contains { $0 === job } }
            waiting.removeAll { job in gone.contains { $0 === job } }
            return gone
        }

        /// The next one in line.
        mutating func next() -> CodecJob? {
            let isOthersTurn = urgent.isEmpty || (urgentInARow >= JobLine.mostUrgentInARow && !waiting.isEmpty)
            urgentInARow = isOthersTurn ? 0 : urgentInARow + 1
            if isOthersTurn { return waiting.isEmpty ? nil : waiting.removeFirst() }
            return urgent.removeFirst()
        }
    }

    /// After so many, one that is not urgent has its turn: uploads must get ready however many visitors a page has.
    static let mostUrgentInARow = 4

    /// Rings once for each waiting job, and without end after the closing.
    let bell: Counter
    /// Rings at the closing.
    let closing: Counter
    private let state = Mutex(State())

    init() throws(CodecError) {
        bell = try Counter()
        closing = try Counter()
    }

    func add(_ job: CodecJob, urgent: Bool = false) {
        let (isOpen, gone) = state.withLock { state -> (Bool, [CodecJob]) in
            guard !state.isClosed else { return (false, []) }
            let gone = state.dropCancelled()
            if urgent { state.urgent.append(job) } else { state.waiting.append(job) }
            return (true, gone)
        }
        _ = gone
        guard isOpen else { return job.finish(CodecError(.unavailable, "The codecs are shutting down.")) }
        bell.strike()
    }

    /// The next job that somebody still wants; `nil` when another child was faster, or there is none.
    func take() -> CodecJob? {
        guard bell.take() else { return nil }
        let (job, gone) = state.withLock { state in
            let gone = state.dropCancelled()
            return (state.next(), gone)
        }
        _ = gone
        return job
    }

    var isClosed: Bool { state.withLock { $0.isClosed } }
    var waitingCount: Int { state.withLock { $0.urgent.count + $0.waiting.count } }

    /// Nothing is taken in any more; what waits is answered.
    func close() {
        let left = state.withLock { state in
            state.isClosed = true
            defer { (state.urgent, state.waiting) = ([], []) }
            return state.urgent + state.waiting
        }
        left.forEach { $0.finish(CodecError(.unavailable, "The codecs are shutting down.")) }
        bell.strike(1 << 32)
        closing.strike()
    }
}
