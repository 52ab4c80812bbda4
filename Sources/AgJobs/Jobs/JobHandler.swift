package import AgSQL

/// How jobs of a kind are run.
package struct JobPolicy: Sendable {
    /// How long one attempt may take.
    package var timeout: Duration
    /// How many may run at once in one worker.
    package var concurrency: Int
    /// The most attempts whatever the job asks for; `nil` leaves it to the job.
    package var maxAttempts: Int?
    /// The wait after the first failure; it doubles with each one.
    package var backOffBase: Duration

    package init(
        timeout: Duration = .seconds(120), concurrency: Int = .max, maxAttempts: Int? = nil,
        backOffBase: Duration = .seconds(2)
    ) {
        self.timeout = timeout
        self.concurrency = max(1, concurrency)
        self.maxAttempts = maxAttempts
        self.backOffBase = backOffBase
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
