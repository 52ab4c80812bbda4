internal import AgModel
internal import AgSQL

/// How an attempt ended.
enum Outcome: Sendable {
    case done(JobHandler.Effect)
    case failed(JobFailure)
    /// Not ours any more, or to be given back: nothing to write.
    case dropped
}

/// An outcome on its way into the table, and what to do when the database refuses it. Pure: errors in, decision out.
struct Ending: Sendable {
    enum Next: Sendable, Equatable {
        case atOnce
        case later
        /// Given up: the job runs again when this worker has stopped.
        case never
    }

    /// How often a failure is written that the database refuses although it works.
    static let tries = 3

    private(set) var outcome: Outcome
    private var refusals = 0
    private var isPlain = false

    init(_ outcome: Outcome) {
        self.outcome = outcome
    }

    var isCompletion: Bool { if case .done = outcome { true } else { false } }

    /// What the database refused with `error` is changed into what it may take: an effect, which may be refused for
    /// ever, into a failure, and that into one in our own words.
    mutating func next(after error: any Error) -> Next {
        if case .done = outcome {
            outcome = .failed(JobFailure(error))
            return .atOnce
        }
        if (error as? SQLError)?.isPassing ?? false { return .later }
        refusals += 1
        if refusals < Self.tries { return .later }
        if isPlain { return .never }
        outcome = .failed(
            JobFailure(.internal, "internal-error", "The job failed for a reason that could not be recorded."))
        isPlain = true
        refusals = 0
        return .atOnce
    }
}

extension SQLError {
    /// Whether the same statement may work later: the disk or another process stood in its way.
    fileprivate var isPassing: Bool { [.busy, .full, .io, .corrupt, .closed].contains(code) }
}
