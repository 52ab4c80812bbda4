internal import AgBase
internal import AgModel
internal import AgSQL

extension JobRecord {
    var history: Judge.History {
        Judge.History(attempt: attempt, maxAttempts: maxAttempts, crashes: crashes, losses: losses)
    }
}

extension JobQueue {
    /// Marks the attempt completed and runs its effect, in one transaction. A job that was asked for anew meanwhile goes back
    /// into the queue instead, and completes with the attempt that begins after that. Throws `LeaseLost` and leaves nothing
    /// when the job is no longer this attempt's.
    func complete(_ job: JobRecord, duration: Duration, effect: @escaping JobHandler.Effect) async throws {
        try await database.write { tx in
            try self.hold(job, in: tx)
            let done = try self.change(job, self.completed, where: "runs_anew = 0", in: tx)
            let record = try done ?? self.change(job, self.anew(job, tx.dialect), in: tx)
            guard let record else { throw LeaseLost() }
            try effect(tx)
            if done != nil { self.count(job.kind, .completed, by: 1, in: tx) }
            try self.announce(record, duration: duration, in: tx)
            if done == nil { tx.notify(.jobs(job.kind)) }
        }
    }

    private var completed: SQL {
        """
        state = 'completed', finished_at = \(time.now()), finished_hour = \(ServiceHours.newest), \(Self.noError)
        """
    }

    /// Back into the queue with all its attempts.
    private func anew(_ job: JobRecord, _ dialect: SQLDialect) -> SQL {
        """
        state = 'queued', attempt = 0, crashes = 0, losses = 0, run_at = \(time.now()), waits_from = NULL,
        started_at = NULL, \(requeued(job, dialect)), \(Self.noError)
        """
    }

    /// Writes down that the attempt failed, and what comes of it. Throws `LeaseLost` as `complete` does.
    func fail(_ job: JobRecord, _ verdict: Verdict, duration: Duration) async throws {
        try await database.conclude { tx in
            guard try self.settle(job, verdict, isLoss: false, duration: duration, in: tx) else { throw LeaseLost() }
        }
    }

    /// False when the job is no longer this attempt's.
    func settle(
        _ job: JobRecord, _ verdict: Verdict, isLoss: Bool, duration: Duration?, in tx: any SQLTransaction
    ) throws -> Bool {
        let crash = !isLoss && verdict.failure.map(Judge.isCounted) == true ? 1 : 0
        let counts: SQL = "crashes = crashes + \(crash), losses = losses + \(isLoss ? 1 : 0)"
        guard let record = try settle(job, verdict, counts, in: tx) else { return false }
        if record.state == .failed { count(job.kind, .failed, by: 1, in: tx) }
        try announce(record, duration: duration, in: tx)
        tx.notify(.jobs(job.kind))
        return true
    }

    /// An attempt fails for good only what it was asked for: a job whose payload was joined since the attempt began, or that
    /// was asked for anew, runs again.
    private func settle(
        _ job: JobRecord, _ verdict: Verdict, _ counts: SQL, in tx: any SQLTransaction
    ) throws -> JobRecord? {
        switch verdict {
        case .again(let wait, let isCounted, let failure):
            try change(job, again(job, wait, isCounted, failure, tx.dialect) + ", \(counts)", in: tx)
        case .failed(let failure):
            try change(
                job, final(failure) + ", \(counts)", where: "payload = \(job.payload) AND runs_anew = 0", in: tx)
                ?? change(job, again(job, .zero, false, failure, tx.dialect) + ", \(counts)", in: tx)
        }
    }

    /// One fenced statement; `nil` when it meets no row.
    private func change(
        _ job: JobRecord, _ change: SQL, where condition: SQL = "1 = 1", in tx: any SQLTransaction
    ) throws -> JobRecord? {
        try tx.first(
            """
            UPDATE jobs SET \(change), worker = NULL
            WHERE \(Self.held(job)) AND \(condition) RETURNING \(JobRecord.columns)
            """
        ) { try JobRecord($0) }
    }

    /// Runs `body` in a transaction that the attempt may only make while it holds the job.
    func whileHeld<Value: Sendable>(
        _ job: JobRecord, _ body: @escaping @Sendable (any SQLTransaction) throws -> Value
    ) async throws -> Value {
        try await database.write { tx in
            try self.hold(job, in: tx)
            // An update rather than a look: it also keeps others from taking the job before the commit.
            guard try tx.execute("UPDATE jobs SET fence = fence WHERE \(Self.held(job))") == 1 else {
                throw LeaseLost()
            }
            return try body(tx)
        }
    }

    private func hold(_ job: JobRecord, in tx: any SQLTransaction) throws {
        if job.isAboutImage { try audience.hold(job.subject, in: tx) }
    }

    private static func held(_ job: JobRecord) -> SQL {
        "id = \(job.id) AND state = 'active' AND fence = \(job.fence)"
    }

    private func again(
        _ job: JobRecord, _ wait: Duration, _ counts: Bool, _ failure: JobFailure?, _ dialect: SQLDialect
    ) -> SQL {
        let now = time.now()
        let attempt: SQL = counts ? "attempt" : "attempt - 1"
        let error: SQL = failure.map { ", \(Self.columns(of: $0))" } ?? ""
        return """
            state = 'queued', attempt = \(attempt), run_at = \(now + wait), waits_from = \(now),
            \(requeued(job, dialect))
            """ + error
    }

    private func final(_ failure: JobFailure) -> SQL {
        """
        state = 'failed', finished_at = \(time.now()), finished_hour = \(ServiceHours.newest),
        \(Self.columns(of: failure))
        """
    }

    private static let noError: SQL = "error_code = NULL, error_class = NULL, error_message = NULL"

    private static func columns(of failure: JobFailure) -> SQL {
        let words = failure.writable
        return "error_code = \(words.code), error_class = \(failure.class.rawValue), error_message = \(words.message)"
    }
}
