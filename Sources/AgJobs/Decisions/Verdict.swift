internal import AgModel

/// What becomes of a job whose attempt did not succeed.
enum Verdict: Sendable {
    /// Queued again after a wait. An attempt that does not count gets its number back.
    case again(after: Duration, counts: Bool, failure: JobFailure?)
    case failed(JobFailure)

    var failure: JobFailure? {
        switch self {
        case .again(_, _, let failure): failure
        case .failed(let failure): failure
        }
    }
}

/// Decides on verdicts. Pure: numbers in, verdict out.
struct Judge: Sendable {
    /// A job's history, the attempt in question included.
    struct History: Sendable {
        /// From 1.
        var attempt: Int
        var maxAttempts: Int
        /// Attempts that died or hung under a living worker, this one not counted.
        var crashes: Int = 0
        /// Times the whole worker died, this one not counted.
        var losses: Int = 0
    }

    let poison: Int
    let freeLosses: Int
    let backOff: BackOff
    let lossBackOff: BackOff

    init(_ settings: JobSettings, base: Duration) {
        poison = settings.poison
        freeLosses = settings.freeLosses
        backOff = BackOff(base: base, limit: settings.backOffLimit)
        lossBackOff = BackOff(base: base, limit: settings.lossBackOffLimit)
    }

    static func isCrash(_ failure: JobFailure) -> Bool {
        failure.class == .crash || failure.class == .timeout
    }

    /// Whether the attempt adds to the job's crashes: it died or hung, and the worker lives.
    static func isCounted(_ failure: JobFailure) -> Bool { isCrash(failure) || failure.freeTimes != nil }

    /// The handler failed, and the worker lives.
    func verdict(on failure: JobFailure, _ history: History, chance: Double) -> Verdict {
        if failure.blamesTheMachine { return patience(with: failure, history, chance) }
        guard failure.class.isRetryable else { return .failed(failure) }
        let crashes = history.crashes + (Self.isCrash(failure) ? 1 : 0)
        if Self.isCrash(failure), crashes >= poison { return .failed(poisoned(failure, crashes)) }
        guard history.attempt < history.maxAttempts else { return .failed(failure) }
        let wait = backOff.wait(after: history.attempt, chance: chance)
        return .again(after: max(wait, failure.retryAfter ?? .zero), counts: true, failure: failure)
    }

    /// The worker died, with everything it was doing. The job may be innocent, so the first deaths are free.
    func verdictOnLoss(_ history: History, chance: Double) -> Verdict {
        let losses = history.losses + 1
        let isFree = losses <= freeLosses
        // The first time it runs again at once; a job that follows workers into death is made to wait.
        let wait = losses == 1 ? .zero : lossBackOff.wait(after: losses - 1, chance: chance)
        if isFree { return .again(after: wait, counts: false, failure: nil) }
        let failure = JobFailure(
            .crash, "worker-lost", "The worker running this job has died \(losses) times.")
        if history.attempt >= history.maxAttempts { return .failed(failure) }
        return .again(after: wait, counts: true, failure: failure)
    }

    /// A wait as after some failures, always the same: short enough to go on soon, long enough not to burn a core.
    private func patience(with failure: JobFailure, _ history: History, _ chance: Double) -> Verdict {
        let counts = failure.freeTimes.map { history.crashes >= $0 } ?? false
        if counts, history.attempt >= history.maxAttempts { return .failed(failure) }
        let wait = failure.troubleLasts ?? backOff.wait(after: 5, chance: chance)
        return .again(after: max(wait, failure.retryAfter ?? .zero), counts: counts, failure: failure)
    }

    private func poisoned(_ failure: JobFailure, _ crashes: Int) -> JobFailure {
        var failure = failure
        failure.message += " This happened \(crashes) times, so it is not tried again by itself."
        return failure
    }
}
