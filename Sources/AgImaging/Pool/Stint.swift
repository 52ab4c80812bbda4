import AgBase
import Glibc

/// A child's work on one picture, measured by two clocks. Pure: times in, verdict out.
struct Stint {
    enum Verdict: Equatable {
        /// And look again after so long, for then it may be over.
        case goOn(Duration)
        case over(CodecError)
    }

    private let allowance: Allowance
    private let began: ContinuousClock.Instant
    private let usedBefore: Duration
    private let cores: Int

    /// Looks are at least so far apart, so that the last stretch is no busy loop.
    private static let shortestPause = Duration.milliseconds(20)

    /// - Parameters:
    ///   - used: processor time of the child when it took the picture; it lives longer than one.
    ///   - cores: how many threads of the child can run at once.
    init(
        _ allowance: Allowance, began: ContinuousClock.Instant, used: Duration?,
        cores: Int = sysconf(Int32(_SC_NPROCESSORS_ONLN))
    ) {
        self.allowance = allowance
        self.began = began
        usedBefore = used ?? .zero
        self.cores = max(1, cores)
    }

    /// `used` is `nil` for a child that is gone, of which the next wait will hear.
    func verdict(at now: ContinuousClock.Instant, used: Duration?) -> Verdict {
        let processorLeft = allowance.processor - ((used ?? usedBefore) - usedBefore)
        let wallLeft = allowance.wall - (now - began)
        if processorLeft <= .zero { return .over(tooCostly) }
        if wallLeft <= .zero { return .over(stalled) }
        return .goOn(max(Self.shortestPause, min(wallLeft, processorLeft / cores)))
    }

    private var tooCostly: CodecError {
        CodecError(
            .timedOut,
            "The picture was not done after \(allowance.processor.inSeconds) seconds of processor time, the most one may take. "
                + "Upload it smaller, or saved anew by another program.")
    }

    private var stalled: CodecError {
        CodecError(
            .stalled,
            "The picture's decoder did not have its \(allowance.processor.inSeconds) seconds of processor time within "
                + "\(allowance.wall.inSeconds) seconds: the machine is too busy. The picture is not judged.")
    }
}
