internal import AgBase
package import AgSQL

extension JobQueue {
    /// Puts a job into the queue, in the transaction that makes it necessary.
    ///
    /// While one with the same kind, subject and recipe is queued or active, its id is returned, and it gets the
    /// higher of the two priorities and the joined payload, which counts from its next attempt on. A running attempt that
    /// began without it and fails for good is followed by one; so is every one, however it ends, when the new one `runsAnew`.
    @discardableResult
    package func enqueue(_ spec: JobSpec, in tx: any SQLTransaction) throws -> JobID {
        let id = JobID.make()
        let live = try tx.first(insertion(spec, id, tx.dialect)) { try JobRecord($0) }
        guard let live else { throw SQLError(.other, "The database did not return the job that was queued.") }
        if live.id == id { try announce(live, in: tx) } else { try join(spec, to: live, in: tx) }
        tx.notify(.jobs(spec.kind))
        return live.id
    }

    private func join(_ spec: JobSpec, to live: JobRecord, in tx: any SQLTransaction) throws {
        let payload = spec.join(live.payload, spec.payload)
        if payload != live.payload { try tx.execute("UPDATE jobs SET payload = \(payload) WHERE id = \(live.id)") }
    }

    private func insertion(_ spec: JobSpec, _ id: JobID, _ dialect: SQLDialect) -> SQL {
        let now = time.now()
        // Only an appointment waits for the wall clock; what runs now waits for nothing, wherever that clock is set later.
        let waitsFrom = spec.runAt.map { _ in Self.appointment }
        let turn = turn(spec.kind, "\(spec.priority)", spec.share, dialect)
        let isRaised: SQL = "excluded.priority > jobs.priority"
        // The work of two shares is done in the turn of the one that comes first.
        let isSooner: SQL = "(\(isRaised) OR excluded.priority = jobs.priority AND excluded.turn < jobs.turn)"
        let runsAnew: SQL =
            spec.runsAnew ? "CASE WHEN jobs.state = 'active' THEN 1 ELSE jobs.runs_anew END" : "jobs.runs_anew"
        return """
            INSERT INTO jobs (id, kind, subject, is_about_image, image_id, recipe, payload, state, priority, run_at,
                waits_from, attempt, max_attempts, crashes, losses, fence, created_at, share,
                turn)
            VALUES (\(id), \(spec.kind), \(spec.subject), \(spec.isAboutImage), \(spec.imageID), \(spec.recipe),
                \(spec.payload), 'queued', \(spec.priority), \(spec.runAt ?? now), \(waitsFrom), 0, \(spec.maxAttempts), 0, 0, 0,
                \(now), \(spec.share), \(turn))
            ON CONFLICT (kind, subject, recipe) WHERE state IN ('queued', 'active')
            DO UPDATE SET priority = CASE WHEN \(isRaised) THEN excluded.priority ELSE jobs.priority END,
                share = CASE WHEN \(isSooner) THEN excluded.share ELSE jobs.share END,
                turn = CASE WHEN \(isSooner) THEN excluded.turn ELSE jobs.turn END,
                runs_anew = \(runsAnew)
            RETURNING \(JobRecord.columns)
            """
    }
}
