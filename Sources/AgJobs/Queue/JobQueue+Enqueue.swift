internal import AgBase
package import AgSQL

extension JobQueue {
    /// Puts a job into the queue, in the transaction that makes it necessary.
    ///
    /// While one with the same kind, subject and recipe is queued or active, its id is returned, and it gets the
    /// higher of the two priorities and the joined payload, which counts from its next attempt on. A running attempt that
    /// began without it and fails for good is followed by one.
    @discardableResult
    package func enqueue(_ spec: JobSpec, in tx: any SQLTransaction) throws -> JobID {
        let id = JobID.make()
        let live = try tx.first(insertion(spec, id)) { try JobRecord($0) }
        guard let live else { throw SQLError(.other, "The database did not return the job that was queued.") }
        if live.id == id { try announce(live, in: tx) } else { try join(spec, to: live, in: tx) }
        tx.notify(.jobs(spec.kind))
        return live.id
    }

    private func join(_ spec: JobSpec, to live: JobRecord, in tx: any SQLTransaction) throws {
        let payload = spec.join(live.payload, spec.payload)
        if payload != live.payload { try tx.execute("UPDATE jobs SET payload = \(payload) WHERE id = \(live.id)") }
    }

    private func insertion(_ spec: JobSpec, _ id: JobID) -> SQL {
        let now = time.now()
        // Only an appointment waits for the wall clock; what runs now waits for nothing, wherever that clock is set later.
        let waitsFrom = spec.runAt.map { _ in Self.appointment }
        return """
            INSERT INTO jobs (id, kind, subject, is_about_image, image_id, recipe, payload, state, priority, run_at,
                waits_from, attempt, max_attempts, crashes, losses, fence, created_at)
            VALUES (\(id), \(spec.kind), \(spec.subject), \(spec.isAboutImage), \(spec.imageID), \(spec.recipe),
                \(spec.payload), 'queued', \(spec.priority), \(spec.runAt ?? now), \(waitsFrom), 0, \(spec.maxAttempts), 0, 0, 0,
                \(now))
            ON CONFLICT (kind, subject, recipe) WHERE state IN ('queued', 'active')
            DO UPDATE SET priority = CASE WHEN excluded.priority > jobs.priority
                THEN excluded.priority ELSE jobs.priority END
            RETURNING \(JobRecord.columns)
            """
    }
}
