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
    /// Takes what is due, highest priority first, into the hands of `holder`. A paused kind is passed over.
    ///
    /// Without `free` kinds, or with nothing due, no row is touched.
    func lease(_ free: [JobKind: Int], room: Int, for holder: LeaseHolder) async throws -> Haul {
        try await database.write { tx in
            let now = self.time.now()
            let pauses = try Pauses(tx)
            let kinds = free.filter { !pauses.holds($0.key) }
            let chosen = try self.candidates(kinds, room, now, tx)
            var haul = Haul()
            if !chosen.isEmpty { try self.beat(holder, in: tx) }
            for id in chosen {
                guard let record = try self.take(id, holder, now, tx) else { continue }
                try self.announce(record, in: tx)
                haul.jobs.append(record)
            }
            haul.nextDue = try self.nextDue(kinds.keys.map(\.self), now, tx)
            return haul
        }
    }

    /// Whether a lease would bring something: for looking around without the writer.
    func hasDue(_ kinds: [JobKind]) async throws -> Bool {
        let now = time.now()
        return try await database.read { connection in
            let pauses = try Pauses(connection)
            return try kinds.contains { kind in
                guard !pauses.holds(kind) else { return false }
                return try connection.exists(Self.due(kind, now, limit: 1))
            }
        }
    }

    private func candidates(
        _ free: [JobKind: Int], _ room: Int, _ now: Timestamp, _ tx: any SQLTransaction
    ) throws -> [JobID] {
        var found: [(id: JobID, priority: Int)] = []
        for (kind, limit) in free {
            found += try tx.all(Self.due(kind, now, limit: min(limit, room))) { (id: try $0[0], priority: try $0[1]) }
        }
        found.sort { ($1.priority, $0.id.text) < ($0.priority, $1.id.text) }
        return found.prefix(room).map(\.id)
    }

    /// Due, or waiting since a moment that is still to come: then the clock was set back, and the wait means nothing.
    private static func due(_ kind: JobKind, _ now: Timestamp, limit: Int) -> SQL {
        """
        SELECT id, priority FROM jobs
        WHERE kind = \(kind) AND state = 'queued' AND (run_at <= \(now) OR waits_from > \(now))
        ORDER BY priority DESC, id LIMIT \(limit)
        """
    }

    private func take(
        _ id: JobID, _ holder: LeaseHolder, _ now: Timestamp, _ tx: any SQLTransaction
    ) throws -> JobRecord? {
        try tx.first(
            """
            UPDATE jobs SET state = 'active', attempt = attempt + 1, fence = fence + 1, worker = \(holder.id),
                started_at = \(now), waits_from = NULL
            WHERE id = \(id) AND state = 'queued' RETURNING \(JobRecord.columns)
            """
        ) { try JobRecord($0) }
    }

    private func nextDue(_ kinds: [JobKind], _ now: Timestamp, _ tx: any SQLTransaction) throws -> Duration? {
        let next: Timestamp? =
            try tx.first(
                """
                SELECT min(run_at) FROM jobs WHERE kind IN \(list: kinds) AND state = 'queued' AND run_at > \(now)
                """
            ) { try $0[0] as Timestamp? } ?? nil
        return next.map { $0 - now }
    }
}
