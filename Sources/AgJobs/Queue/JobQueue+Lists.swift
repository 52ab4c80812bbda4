internal import AgBase
package import AgSQL

extension JobQueue {
    package func job(_ id: JobID) async throws -> JobRecord? {
        let record = try await database.read(.lookUp) { connection in
            try connection.first("SELECT \(JobRecord.columns) FROM jobs WHERE id = \(id)") { try JobRecord($0) }
        }
        return record.flatMap { withProgress([$0]).first }
    }

    /// Newest first, those after `cursor`. At most `limit`, and never more than 1,000.
    package func jobs(_ filter: JobFilter, limit: Int, after cursor: JobID? = nil) async throws -> [JobRecord] {
        let records = try await database.read { connection in
            let query = try self.list(filter, limit: min(max(limit, 0), 1_000), after: cursor, in: connection)
            return try connection.all(query) { row in
                let record = try JobRecord(row)
                return filter.imageID.map { record.shown(for: $0) } ?? record
            }
        }
        return withProgress(records)
    }

    /// All jobs of a subject, newest first, as this connection sees them; with an image, as that one's.
    package func jobs(
        subject: String, of image: String? = nil, in connection: any SQLConnection
    ) throws -> [JobRecord] {
        let query: SQL = "SELECT \(JobRecord.columns) FROM jobs WHERE subject = \(subject) ORDER BY id DESC"
        return withProgress(
            try connection.all(query) { row in
                let record = try JobRecord(row)
                return image.map { record.shown(for: $0) } ?? record
            })
    }

    private func list(
        _ filter: JobFilter, limit: Int, after cursor: JobID?, in connection: any SQLConnection
    ) throws -> SQL {
        var query: SQL = "SELECT \(JobRecord.columns) FROM jobs WHERE 1 = 1"
        if let state = filter.state { query += " AND state = \(state)" }
        if let kind = filter.kind { query += " AND kind = \(kind)" }
        if let image = filter.imageID {
            // One that is gone is looked for under its own name: its jobs may be from before originals had them.
            let subject = try audience.subject(of: image, in: connection) ?? image
            query += " AND subject = \(subject) AND is_about_image = 1"
        }
        if let cursor { query += " AND id < \(cursor)" }
        return query + " ORDER BY id DESC LIMIT \(limit)"
    }

    /// Whether any job of a kind waits at just this priority.
    package func isWaiting(_ kind: JobKind, priority: JobPriority, in connection: any SQLConnection) throws -> Bool {
        try connection.exists(
            """
            SELECT 1 FROM jobs\(raw: connection.dialect.index("jobs_waiting"))
            WHERE kind = \(kind) AND state = 'queued' AND priority = \(priority)
            """)
    }

    /// Every kind that has jobs or is paused.
    package func status() async throws -> [JobKindStatus] {
        try await database.read { try self.status($0) }
    }

    private func status(_ connection: any SQLConnection) throws -> [JobKindStatus] {
        var counts: [JobKind: [JobState: Int]] = [:]
        var oldest: [JobKind: Timestamp] = [:]
        _ = try connection.all(
            """
            SELECT kind, count(*), min(run_at) FROM jobs\(raw: connection.dialect.index("jobs_waiting"))
            WHERE state = 'queued' GROUP BY kind
            """
        ) { row in
            counts[try row[0], default: [:]][.queued] = try row[1]
            oldest[try row[0]] = try row[2]
        }
        _ = try connection.all(
            """
            SELECT kind, count(*) FROM jobs\(raw: connection.dialect.index("jobs_leased"))
            WHERE state = 'active' GROUP BY kind
            """
        ) { row in
            counts[try row[0], default: [:]][.active] = try row[1]
        }
        _ = try connection.all("SELECT kind, state, number FROM job_totals WHERE number > 0") { row in
            counts[try row[0], default: [:]][try row[1]] = try row[2]
        }
        let pauses = try Pauses(connection)
        let kinds = Set(counts.keys).union(pauses.kinds)
        return kinds.sorted { $0.rawValue < $1.rawValue }.map { kind in
            JobKindStatus(
                kind: kind, counts: counts[kind] ?? [:], oldestWait: oldest[kind].map(age),
                isPaused: pauses.holds(kind))
        }
    }

    /// A job that is retried waits from then on, and one between two attempts from its next.
    private func age(since moment: Timestamp) -> Duration {
        ages.age(since: moment, wall: time.now(), steady: clock.elapsed())
    }
}
