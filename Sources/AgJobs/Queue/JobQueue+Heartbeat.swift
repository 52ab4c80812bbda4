internal import AgBase
internal import AgSQL

extension JobQueue {
    /// Says that the holder lives: one statement, however many jobs it has.
    func beat(_ holder: LeaseHolder, in tx: any SQLTransaction) throws {
        try tx.execute(
            """
            INSERT INTO job_workers (id, name, beat) VALUES (\(holder.id), \(holder.name), 1)
            ON CONFLICT (id) DO UPDATE SET beat = job_workers.beat + 1
            """)
    }

    /// Beats, and returns the jobs that are still the holder's with their fences.
    func heartbeat(_ holder: LeaseHolder) async throws -> [JobID: Int64] {
        try await database.write { tx in
            try self.beat(holder, in: tx)
            return try self.held(by: holder, in: tx)
        }
    }

    /// The holder's jobs with their fences.
    private func held(by holder: LeaseHolder, in tx: any SQLTransaction) throws -> [JobID: Int64] {
        let held = try tx.all(
            """
            SELECT id, fence FROM jobs\(raw: tx.dialect.index("jobs_leased"))
            WHERE state = 'active' AND worker = \(holder.id)
            """
        ) { (try $0[0] as JobID, try $0[1] as Int64) }
        return Dictionary(held) { first, _ in first }
    }

    /// The beats of all who hold jobs. One without a row, after a restored backup say, has the beat -1 for ever.
    func beats() async throws -> [String: Int64] {
        try await database.read(.lookUp) { connection in
            let beats = try connection.all(
                """
                SELECT DISTINCT jobs.worker, job_workers.beat FROM jobs\(raw: connection.dialect.index("jobs_leased"))
                LEFT JOIN job_workers ON job_workers.id = jobs.worker WHERE jobs.state = 'active'
                """
            ) { (try $0[0] as String? ?? "", try $0[1] as Int64? ?? -1) }
            return Dictionary(beats) { first, _ in first }
        }
    }

    /// Takes all jobs from a worker that was last seen with `beat`, unless it has beaten since. Returns how many.
    @discardableResult
    func reclaim(from worker: String, lastBeat: Int64) async throws -> Int {
        try await database.conclude { tx in
            let look: SQL = "SELECT beat FROM job_workers WHERE id = \(worker)"
            // Held, so that it does not beat between the look and the taking.
            let beat: Int64? = try tx.value(tx.dialect.hold(look) ?? look)
            guard beat ?? -1 == lastBeat else { return 0 }
            return try self.dispossess(worker, in: tx)
        }
    }

    /// Takes the jobs of earlier runs of the same worker: it has started again, so they are dead.
    @discardableResult
    func succeed(_ holder: LeaseHolder) async throws -> Int {
        try await database.conclude { tx in
            let earlier = try tx.all("SELECT id FROM job_workers WHERE name = \(holder.name) AND id <> \(holder.id)") {
                try $0[0] as String
            }
            return try earlier.reduce(0) { try $0 + self.dispossess($1, in: tx) }
        }
    }

    private func dispossess(_ worker: String, in tx: any SQLTransaction) throws -> Int {
        let lost = try tx.all(
            """
            SELECT \(JobRecord.columns) FROM jobs\(raw: tx.dialect.index("jobs_leased"))
            WHERE state = 'active' AND coalesce(worker, '') = \(worker) ORDER BY id
            """
        ) { try JobRecord($0) }
        for record in lost {
            let judge = Judge(settings, base: .seconds(2))
            let verdict = judge.verdictOnLoss(record.history, chance: .random(in: 0..<1))
            _ = try settle(record, verdict, isLoss: true, duration: nil, in: tx)
        }
        try tx.execute("DELETE FROM job_workers WHERE id = \(worker)")
        return lost.count
    }

    /// The holder stops: what it still has goes back into the queue and costs nothing.
    func release(_ holder: LeaseHolder) async throws {
        try await database.conclude { tx in
            try self.giveBack(where: "worker = \(holder.id)", in: tx)
            try tx.execute("DELETE FROM job_workers WHERE id = \(holder.id)")
        }
    }

    /// The same with jobs that it holds without knowing it, because a commit was not answered.
    ///
    /// - Parameter known: the attempts that it has in hand.
    func giveBack(_ holder: LeaseHolder, except known: [JobID: Int64]) async throws {
        try await database.conclude { tx in
            let forgotten = try self.held(by: holder, in: tx).filter { known[$0.key] != $0.value }
            guard !forgotten.isEmpty else { return }
            try self.giveBack(where: "worker = \(holder.id) AND id IN \(list: Array(forgotten.keys))", in: tx)
        }
    }

    private func giveBack(where condition: SQL, in tx: any SQLTransaction) throws {
        let released = try tx.all(
            """
            UPDATE jobs\(raw: tx.dialect.index("jobs_leased")) SET state = 'queued', attempt = attempt - 1, worker = NULL,
                run_at = \(time.now()), waits_from = NULL, turn = 0
            WHERE state = 'active' AND \(condition) RETURNING \(JobRecord.columns)
            """
        ) { try JobRecord($0) }
        for record in released {
            try announce(record, in: tx)
            tx.notify(.jobs(record.kind))
        }
    }
}
