import AgBase
import CSandbox
import Synchronization

/// Pictures waiting for a child: the urgent ones first, and among equals every caller in turn.
final class JobLine: Sendable {
    private struct State {
        var urgent = FairLine<CodecJob>()
        var waiting = FairLine<CodecJob>()
        var seats: FairSeats?
        /// Urgent ones taken since the last other one.
        var urgentInARow = 0
        var isClosed = false

        /// Takes out cancelled jobs, which shall neither hold their files open, nor a seat, nor have a turn. To be released
        /// outside the lock: a job closes files.
        mutating func dropCancelled() -> [CodecJob] { drop(where: \.isCancelled) }

        mutating func drop(where isGone: (CodecJob) -> Bool) -> [CodecJob] {
            let gone = urgent.remove(where: isGone) + waiting.remove(where: isGone)
            for (_, caller) in gone { seats?.free(caller) }
            return gone.map(\.item)
        }

        /// The next one in line.
        mutating func next() -> (job: CodecJob, caller: Caller, isUrgent: Bool)? {
            let isOthersTurn =
                urgent.count == 0 || (urgentInARow >= JobLine.mostUrgentInARow && waiting.count > 0)
            urgentInARow = isOthersTurn ? 0 : urgentInARow + 1
            guard let (job, caller) = isOthersTurn ? waiting.next() : urgent.next() else { return nil }
            return (job, caller, !isOthersTurn)
        }
    }

    /// After so many, one that is not urgent has its turn: uploads must get ready however many visitors a page has.
    static let mostUrgentInARow = 4

    /// Rings once for each waiting job, and without end after the closing.
    let bell: EventDescriptor
    /// Rings at the closing.
    let closing: EventDescriptor
    private let state: Mutex<State>

    /// - Parameter seats: how many may wait or be under way, shared between callers; `nil` for no limit.
    init(seats: Int? = nil) throws(CodecError) {
        bell = try .counting()
        closing = try .counting()
        state = Mutex(State(seats: seats.map { FairSeats($0) }))
    }

    /// The job is finished with an error at once when the line is closed or has no seat for the caller.
    func add(_ job: CodecJob, for caller: Caller = .server, urgent: Bool = false) {
        let (refusal, gone) = state.withLock { state -> (CodecError?, [CodecJob]) in
            guard !state.isClosed else { return (Self.isClosing, []) }
            let gone = state.dropCancelled()
            guard state.seats?.take(caller) ?? true else { return (Self.isFull, gone) }
            if urgent { state.urgent.add(job, for: caller) } else { state.waiting.add(job, for: caller) }
            return (nil, gone)
        }
        withExtendedLifetime(gone) {}
        if let refusal { return job.finish(refusal) }
        bell.signal()
    }

    /// The next job that is not cancelled; `nil` when another child was faster, or there is none. Its caller is
    /// charged the time until it is over.
    func take() -> CodecJob? {
        guard bell.take() else { return nil }
        let (next, gone) = state.withLock { state in
            let gone = state.dropCancelled()
            return (state.next(), gone)
        }
        withExtendedLifetime(gone) {}
        guard let (job, caller, isUrgent) = next else { return nil }
        job.whenOver { [self] used in ended(caller, isUrgent, used) }
        return job
    }

    private func ended(_ caller: Caller, _ isUrgent: Bool, _ used: Duration) {
        state.withLock { state in
            if isUrgent { state.urgent.ended(caller, used: used) } else { state.waiting.ended(caller, used: used) }
            state.seats?.free(caller)
        }
    }

    var isClosed: Bool { state.withLock { $0.isClosed } }
    var waitingCount: Int { state.withLock { $0.urgent.count + $0.waiting.count } }

    /// Nothing is taken in any more; what waits is answered.
    func close() {
        let left = state.withLock { state in
            state.isClosed = true
            return state.drop { _ in true }
        }
        left.forEach { $0.finish(Self.isClosing) }
        bell.signal(1 << 32)
        closing.signal()
    }

    /// Holds a thread back, but not the shutdown.
    func waitUnlessClosed(_ time: Duration) {
        guard time > .zero, !isClosed else { return }
        closing.wait(atMost: time)
    }

    private static let isClosing = CodecError(.unavailable, "The codecs are shutting down.")
    private static let isFull = CodecError(.busy, "Too many pictures of this caller wait for a codec.")
}

extension EventDescriptor {
    /// One that gives up one signal at a time.
    static func counting() throws(CodecError) -> EventDescriptor {
        let descriptor = csandbox_counter()
        guard descriptor >= 0 else {
            throw CodecError(.unavailable, "The system has no descriptor left for an eventfd.")
        }
        return EventDescriptor(adopting: descriptor)
    }
}
