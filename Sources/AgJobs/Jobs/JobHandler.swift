package import AgSQL

/// How jobs of a kind are run.
package struct JobPolicy: Sendable {
    /// How long one attempt may take.
    package var timeout: Duration
    /// What its jobs need most, and so whose slots they take.
    package var lane: JobLane
    /// How many may run at once in one worker.
    package var concurrency: Int
    /// How many may start in a time, over all workers together; `nil` for no limit.
    package var rate: JobRate?
    /// The most attempts whatever the job asks for; `nil` leaves it to the job.
    package var maxAttempts: Int?
    /// The wait after the first failure; it doubles with each one.
    package var backOffBase: Duration

    package init(
        timeout: Duration = .seconds(120), lane: JobLane = .codecs, concurrency: Int = .max, rate: JobRate? = nil,
        maxAttempts: Int? = nil, backOffBase: Duration = .seconds(2)
    ) {
        self.timeout = timeout
        self.lane = lane
        self.rate = rate
        self.concurrency = max(1, concurrency)
        self.maxAttempts = maxAttempts
        self.backOffBase = backOffBase
    }
}

/// At most `count` starts in any `interval`, after which they come evenly: what a provider allows.
package struct JobRate: Sendable, Hashable {
    package let count: Int
    package let interval: Duration

    package init(_ count: Int, per interval: Duration) {
        self.count = max(1, count)
        self.interval = max(interval, .milliseconds(1))
    }
}

/// Does the work of one kind.
package protocol JobHandler: Sendable {
    /// What becomes visible when the job is completed.
    typealias Effect = @Sendable (any SQLTransaction) throws -> Void

    var kind: JobKind { get }
    var policy: JobPolicy { get }

    /// Does the work and returns its effect, which runs in the transaction that marks the job completed, and only
    /// if this attempt still holds the job. May be run again after a crash at any point before that.
    ///
    /// Throws `JobFailure` to say what went wrong. Should end soon when its task is cancelled.
    func run(_ job: ActiveJob) async throws -> Effect
}
