internal import AgBase
package import AgSQL

extension JobQueue {
    /// Ends all unfinished jobs of a subject, in the caller's transaction. Those that run are stopped; their effects
    /// are refused.
    package func cancel(subject: String, in tx: any SQLTransaction) throws {
        try cancel(where: "subject = \(subject)", in: tx)
    }

    /// An image is going, and others show what the subject's jobs work on: these are shown with another one now.
    package func hand(subject: String, from image: String, to other: String, in tx: any SQLTransaction) throws {
        try tx.execute(
            """
            UPDATE jobs SET image_id = \(other) WHERE subject = \(subject) AND image_id = \(image)
                AND state IN ('queued', 'active')
            """)
    }

    /// Throws `Fault` when there is no such job or it has finished.
    package func cancel(_ id: JobID) async throws {
        try await database.conclude { tx in
            if try self.cancel(where: "id = \(id)", in: tx) { return }
            let state: JobState = try self.state(of: id, tx)
            throw Fault(.conflict, "job-finished", "The job is \(state.rawValue), so it cannot be cancelled.")
        }
    }

    /// Queues a failed or cancelled job again with all its attempts. Throws `Fault` when it is neither, or when
    /// another one for the same work is queued or active already.
    package func retry(_ id: JobID) async throws {
        // The unique key of live jobs may decide against us in the last moment; then the other job can be named.
        for _ in 0..<3 {
            do {
                return try await retryOnce(id)
            } catch let error as SQLError where error.code == .unique {
                continue
            }
        }
        throw Fault(.conflict, "job-already-queued", "Another job is already queued for the same work.")
    }

    private func retryOnce(_ id: JobID) async throws {
        try await database.write { tx in
            let job = try tx.first("SELECT \(JobRecord.columns) FROM jobs WHERE id = \(id)") { try JobRecord($0) }
            guard let job else { throw JobRefusal.unknown }
            let state = job.state
            guard state == .failed || state == .cancelled else {
                throw Fault(
                    .conflict, "job-not-retryable",
                    "The job is \(state.rawValue); only a failed or cancelled one can be retried.")
            }
            try self.refuseTwin(of: id, tx)
            try self.requeue(job, tx)
        }
    }

    /// Stops starting jobs of a kind, or of every kind. Those that run go on.
    package func pause(kind: JobKind?) async throws {
        let name = kind?.rawValue ?? Pauses.everything
        try await database.write { tx in
            _ = try tx.execute("INSERT INTO job_pauses (kind) VALUES (\(name)) ON CONFLICT (kind) DO NOTHING")
        }
    }

    /// Takes a pause back; without a kind, every pause.
    ///
    /// Throws `Fault` `all-paused` for one kind while everything is paused: it would be told to run and would not.
    package func resume(kind: JobKind?) async throws {
        try await database.write { tx in
            if let kind, try Pauses(tx).isEverything { throw JobRefusal.allPaused(kind) }
            let rest: SQL = kind.map { " WHERE kind = \($0)" } ?? ""
            try tx.execute("DELETE FROM job_pauses" + rest)
            tx.notify(.jobs(kind))
        }
    }

    @discardableResult
    private func cancel(where condition: SQL, in tx: any SQLTransaction) throws -> Bool {
        let ended = try tx.all(
            """
            UPDATE jobs SET state = 'cancelled', worker = NULL, finished_at = \(time.now()),
                finished_hour = \(ServiceHours.newest), error_code = 'cancelled', error_class = 'invalid',
                error_message = 'The job was cancelled.'
            WHERE \(condition) AND state IN ('queued', 'active') RETURNING \(JobRecord.columns)
            """
        ) { try JobRecord($0) }
        for record in ended {
            count(record.kind, .cancelled, by: 1, in: tx)
            try announce(record, in: tx)
            tx.notify(Notice(.lostJob, record.id.text))
        }
        return !ended.isEmpty
    }

    private func state(of id: JobID, _ tx: any SQLTransaction) throws -> JobState {
        let state: JobState? = try tx.value("SELECT state FROM jobs WHERE id = \(id)")
        guard let state else { throw JobRefusal.unknown }
        return state
    }

    private func refuseTwin(of id: JobID, _ tx: any SQLTransaction) throws {
        let twin: JobID? = try tx.value(
            """
            SELECT live.id FROM jobs AS old JOIN jobs AS live
                ON live.kind = old.kind AND live.subject = old.subject AND live.recipe = old.recipe
            WHERE old.id = \(id) AND live.state IN ('queued', 'active')
            """)
        guard let twin else { return }
        throw Fault(.conflict, "job-already-queued", "The job \(twin) is already queued for the same work.")
    }

    private func requeue(_ job: JobRecord, _ tx: any SQLTransaction) throws {
        let record = try tx.first(
            """
            UPDATE jobs SET state = 'queued', attempt = 0, crashes = 0, losses = 0, run_at = \(time.now()),
                waits_from = NULL, started_at = NULL, finished_at = NULL, finished_hour = NULL,
                error_code = NULL, error_class = NULL, error_message = NULL, \(requeued(job, tx.dialect))
            WHERE id = \(job.id) AND state = \(job.state) RETURNING \(JobRecord.columns)
            """
        ) { try JobRecord($0) }
        guard let record else { return }
        count(record.kind, job.state, by: -1, in: tx)
        try announce(record, in: tx)
        tx.notify(.jobs(record.kind))
    }

    /// Keeps the totals of finished jobs.
    func count(_ kind: JobKind, _ state: JobState, by change: Int, in tx: any SQLTransaction) {
        tx.tail(LogTail.self).count(kind, state, by: change)
    }
}
