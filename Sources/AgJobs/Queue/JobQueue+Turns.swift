internal import AgBase
internal import AgSQL

/// Turns: within a kind and a priority, jobs are leased by the `turn` that they were given when they were queued.
///
/// Start-time fair queueing (Goyal, Vin, Cheng 1996) with one unit of cost a job. A share's next job comes one turn after
/// its last one that waits, and never before the turn that is being served: ten thousand jobs of one uploader have turns far
/// ahead, and the first of another one comes next. All of the order is decided by two look-ups when a job is queued, so
/// leasing reads an index from its beginning, whatever the number of jobs and shares, and needs no state besides the rows.
extension JobQueue {
    /// The turn of a job that is queued now, as an expression.
    func turn(_ kind: JobKind, _ priority: SQL, _ share: String, _ dialect: SQLDialect) -> SQL {
        """
        (SELECT coalesce(max(turn), 0) FROM (
            SELECT turn FROM (
                SELECT turn FROM jobs AS head\(raw: dialect.index("jobs_waiting"))
                WHERE kind = \(kind) AND priority = \(priority) AND \(Self.isDue(time.now()))
                ORDER BY turn, id LIMIT 1
            ) AS served
            UNION ALL
            SELECT turn + 1 FROM (
                SELECT turn FROM jobs AS own\(raw: dialect.index("jobs_shares"))
                WHERE share = \(share) AND kind = \(kind) AND priority = \(priority) AND state = 'queued'
                ORDER BY turn DESC LIMIT 1
            ) AS last
        ) AS turns)
        """
    }

    /// The assignments that put a job back into the queue, in the turns of its share's retries: a thousand of them that come
    /// due at the same moment, when a disk has room again, hold up others no more than a thousand new jobs would.
    func requeued(_ job: JobRecord, _ dialect: SQLDialect) -> SQL {
        let share = Self.retries(of: job.share)
        // Its priority may have been raised since it was leased.
        return "share = \(share), turn = \(turn(job.kind, "jobs.priority", share, dialect))"
    }

    private static let retryMark = "retry "

    private static func retries(of share: String) -> String {
        share.hasPrefix(retryMark) ? share : retryMark + share
    }
}
