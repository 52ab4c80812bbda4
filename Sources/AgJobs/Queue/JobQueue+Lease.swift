internal import AgBase
internal import AgSQL

/// Whose lease it is: one run of one worker.
struct LeaseHolder: Sendable, Hashable {
    /// Unique to this run.
    let id: String
    /// The worker's own name, the same after a restart.
    let name: String
}

/// What a look into the queue brought.
struct Haul: Sendable {
    var jobs: [JobRecord] = []
    /// The wait until a job that is not due yet will be.
    var nextDue: Duration?
}

extension JobQueue {
    /// Takes what is due, highest priority first, into the hands of `holder`. Within a priority kinds take turns, and in
    /// each kind the shares. A paused kind is passed over.
    ///
    /// Without `free` kinds, or with nothing due, no row is touched.
    func lease(
        _ free: [JobKind: Int], room: Int, rates: [JobKind: JobRate] = [:], for holder: LeaseHolder
    ) async throws -> Haul {
        try await database.write { tx in
            let now = self.time.now()
            let pauses = try Pauses(tx)
            let allowed = try self.allowances(of: rates.filter { free[$0.key] != nil }, now, tx)
            let kinds = allowed.limit(free.filter { !pauses.holds($0.key) })
            let found = try self.candidates(kinds, room, now, tx)
            let chosen = found.jobs.prefix(room)
            var haul = Haul()
            if !chosen.isEmpty { try self.beat(holder, in: tx) }
            for id in chosen {
                guard var record = try self.take(id, holder, now, tx) else { continue }
                record.images = try self.announce(record, in: tx).compactMap(\.imageID)
                haul.jobs.append(record)
            }
            try self.spend(allowed, on: haul.jobs, tx)
            haul.nextDue = [try self.nextDue(found.exhausted, now, tx), allowed.wait].compactMap(\.self).min()
            self.kindTurns.took(haul.jobs.map(\.kind))
            return haul
        }
    }

    /// Whether a lease would bring something: for looking around without the writer.
    func hasDue(_ kinds: [JobKind]) async throws -> Bool {
        let now = time.now()
        return try await database.read(.lookUp) { connection in
            let pauses = try Pauses(connection)
            return try kinds.contains { kind in
                guard !pauses.holds(kind) else { return false }
                return try connection.exists(Self.due(kind, now, limit: 1, connection.dialect))
            }
        }
    }

    private struct Candidates {
        /// In the order in which they are to be taken.
        var jobs: [JobID] = []
        /// Kinds of which nothing else is due: only for these does the next moment matter.
        var exhausted: [JobKind] = []
    }

    private func candidates(
        _ free: [JobKind: Int], _ room: Int, _ now: Timestamp, _ tx: any SQLTransaction
    ) throws -> Candidates {
        var found = Candidates()
        var lists: [JobKind: [KindTurns.Candidate]] = [:]
        for (kind, limit) in free {
            let wanted = min(limit, room)
            let due = try tx.all(Self.due(kind, now, limit: wanted, tx.dialect) + SQL(raw: tx.dialect.skipLocked)) {
                KindTurns.Candidate(id: try $0[0], priority: try $0[1])
            }
            if due.count < wanted { found.exhausted.append(kind) }
            lists[kind] = due
        }
        found.jobs = kindTurns.merge(lists)
        return found
    }

    /// Written in `waits_from` for a job that waits for a moment of the wall clock, however that clock is set.
    static let appointment = Timestamp(milliseconds: 0)

    /// What a lease would take, in its order.
    static func due(_ kind: JobKind, _ now: Timestamp, limit: Int, _ dialect: SQLDialect) -> SQL {
        """
        SELECT id, priority FROM jobs\(raw: dialect.index("jobs_waiting"))
        WHERE kind = \(kind) AND \(isDue(now))
        ORDER BY priority DESC, turn, id LIMIT \(limit)
        """
    }

    /// Waiting for nothing; or due; or waiting since a moment that is still to come: then the clock was set back, and the
    /// wait means nothing. So a queue that was filled while the clock was ahead runs at once when it is right again.
    static func isDue(_ now: Timestamp) -> SQL {
        "state = 'queued' AND (waits_from IS NULL OR run_at <= \(now) OR waits_from > \(now + clockTolerance))"
    }

    /// By how much the clocks of two machines may differ: another one's wait that has just begun is no clock set back.
    static let clockTolerance: Duration = .seconds(60)

    private func take(
        _ id: JobID, _ holder: LeaseHolder, _ now: Timestamp, _ tx: any SQLTransaction
    ) throws -> JobRecord? {
        try tx.first(
            """
            UPDATE jobs SET state = 'active', attempt = attempt + 1, fence = fence + 1, worker = \(holder.id),
                started_at = \(now), waits_from = NULL, runs_anew = 0
            WHERE id = \(id) AND state = 'queued' RETURNING \(JobRecord.columns)
            """
        ) { try JobRecord($0) }
    }

    private func nextDue(_ kinds: [JobKind], _ now: Timestamp, _ tx: any SQLTransaction) throws -> Duration? {
        guard !kinds.isEmpty else { return nil }
        let next: Timestamp? = try tx.value(
            """
            SELECT min(run_at) FROM jobs\(raw: tx.dialect.index("jobs_waiting"))
            WHERE kind IN \(list: kinds) AND state = 'queued' AND run_at > \(now)
            HAVING min(run_at) IS NOT NULL
            """)
        return next.map { $0 - now }
    }
}
