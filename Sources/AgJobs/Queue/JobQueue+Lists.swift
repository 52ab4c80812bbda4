internal import AgBase
package import AgSQL

extension JobQueue {
    package func job(_ id: JobID) async throws -> JobRecord? {
        let record = try await database.read { connection in
            try connection.first("SELECT \(JobRecord.columns) FROM jobs WHERE id = \(id)") { try JobRecord($0) }
        }
        return record.flatMap { withProgress([$0]).first }
    }

    /// Newest first, those after `cursor`. At most `limit`, and never more than 1,000.
    package func jobs(_ filter: JobFilter, limit: Int, after cursor: JobID? = nil) async throws -> [JobRecord] {
        let query = list(filter, limit: min(max(limit, 0), 1_000), after: cursor)
        return withProgress(try await database.read { try $0.all(query) { try JobRecord($0) } })
    }

    /// All jobs of a subject, newest first, as this connection sees them.
    package func jobs(subject: String, in connection: any SQLConnection) throws -> [JobRecord] {
        let query: SQL = "SELECT \(JobRecord.columns) FROM jobs WHERE subject = \(subject) ORDER BY id DESC"
        return withProgress(try connection.all(query) { try JobRecord($0) })
    }

    private func list(_ filter: JobFilter, limit: Int, after cursor: JobID?) -> SQL {
        var query: SQL = "SELECT \(JobRecord.columns) FROM jobs WHERE 1 = 1"
        if let state = filter.state { query += " AND state = \(state)" }
        if let kind = filter.kind { query += " AND kind = \(kind)" }
        if let image = filter.imageID { query += " AND subject = \(image) AND is_about_image = 1" }
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
        let now = time.now()
        return try await database.read { try Self.status($0, now) }
    }

    private static func status(_ connection: any SQLConnection, _ now: Timestamp) throws -> [JobKindStatus] {
        var counts: [JobKind: [JobState: Int]] = [:]
        var oldest: [JobKind: Timestamp] = [:]
        _ = try connection.all(
            """
            SELECT kind, count(*), min(created_at) FROM jobs\(raw: connection.dialect.index("jobs_waiting"))
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
                kind: kind, counts: counts[kind] ?? [:], oldestWait: oldest[kind].map { max(.zero, now - $0) },
                isPaused: pauses.holds(kind))
        }
    }
}
