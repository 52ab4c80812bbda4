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
        try enqueue([spec], in: tx)[0]
    }

    /// Puts jobs into the queue as `enqueue` does each, in order. Returns their ids. Of the same priority and share, a hundred
    /// cost hardly more than one.
    @discardableResult
    package func enqueue(_ specs: [JobSpec], in tx: any SQLTransaction) throws -> [JobID] {
        var ids: [JobID] = []
        for batch in JobBatch.split(specs) { ids += try put(batch, in: tx) }
        for kind in Set(specs.map(\.kind)) { tx.notify(.jobs(kind)) }
        return ids
    }

    private func put(_ batch: JobBatch, in tx: any SQLTransaction) throws -> [JobID] {
        let new = batch.specs.map { (id: JobID.make(), spec: $0) }
        let live = try tx.all(insertion(new, try turns(of: batch, in: tx), tx.dialect)) { try JobRecord($0) }
        let found = Dictionary(live.map { (JobBatch.Key($0), $0) }) { first, _ in first }
        return try new.map { id, spec in
            guard let live = found[JobBatch.Key(spec)] else {
                throw SQLError(.other, "The database did not return the job that was queued.")
            }
            if live.id == id { try announce(live, in: tx) } else { try join(spec, to: live, in: tx) }
            return live.id
        }
    }

    private func join(_ spec: JobSpec, to live: JobRecord, in tx: any SQLTransaction) throws {
        let payload = spec.join(live.payload, spec.payload)
        if payload != live.payload { try tx.execute("UPDATE jobs SET payload = \(payload) WHERE id = \(live.id)") }
    }

    /// One turn behind the other. Looked up once for all: behind the jobs that were leased of late, each look is dear.
    private func turns(of batch: JobBatch, in tx: any SQLTransaction) throws -> [SQL] {
        let first = turn(batch.kind, "\(batch.priority)", batch.share, tx.dialect)
        guard batch.specs.count > 1 else { return [first] }
        let number: Int64 = try tx.value("SELECT " + first) ?? 0
        return batch.specs.indices.map { "\(number + Int64($0))" }
    }

    private func insertion(_ new: [(id: JobID, spec: JobSpec)], _ turns: [SQL], _ dialect: SQLDialect) -> SQL {
        let now = time.now()
        let isRaised: SQL = "excluded.priority > jobs.priority"
        // The work of two shares is done in the turn of the one that comes first.
        let isSooner: SQL = "(\(isRaised) OR excluded.priority = jobs.priority AND excluded.turn < jobs.turn)"
        let runsAnew: SQL =
            new[0].spec.runsAnew ? "CASE WHEN jobs.state = 'active' THEN 1 ELSE jobs.runs_anew END" : "jobs.runs_anew"
        let rows = zip(new, turns).map { Self.row($0.id, $0.spec, $1, now) }
        return """
            INSERT INTO jobs (id, kind, subject, is_about_image, image_id, recipe, payload, state, priority, run_at,
                waits_from, attempt, max_attempts, crashes, losses, fence, created_at, share,
                turn)
            VALUES \(rows.dropFirst().reduce(rows[0]) { $0 + ", " + $1 })
            ON CONFLICT (kind, subject, recipe) WHERE state IN ('queued', 'active')
            DO UPDATE SET priority = CASE WHEN \(isRaised) THEN excluded.priority ELSE jobs.priority END,
                share = CASE WHEN \(isSooner) THEN excluded.share ELSE jobs.share END,
                turn = CASE WHEN \(isSooner) THEN excluded.turn ELSE jobs.turn END,
                runs_anew = \(runsAnew)
            RETURNING \(JobRecord.columns)
            """
    }

    private static func row(_ id: JobID, _ spec: JobSpec, _ turn: SQL, _ now: Timestamp) -> SQL {
        // Only an appointment waits for the wall clock; what runs now waits for nothing, wherever that clock is set later.
        let waitsFrom = spec.runAt.map { _ in appointment }
        return """
            (\(id), \(spec.kind), \(spec.subject), \(spec.isAboutImage), \(spec.imageID), \(spec.recipe),
                \(spec.payload), 'queued', \(spec.priority), \(spec.runAt ?? now), \(waitsFrom), 0, \(spec.maxAttempts), 0, 0, 0,
                \(now), \(spec.share), \(turn))
            """
    }
}

/// Jobs that one statement can put into the queue: alike in what decides their turns, and none twice.
struct JobBatch {
    /// What makes two jobs one while they are queued or active.
    struct Key: Hashable {
        let kind: JobKind
        let subject: String
        let recipe: String

        init(_ spec: JobSpec) { (kind, subject, recipe) = (spec.kind, spec.subject, spec.recipe) }
        init(_ job: JobRecord) { (kind, subject, recipe) = (job.kind, job.subject, job.recipe) }
    }

    private static let most = 100

    private(set) var specs: [JobSpec]
    private var keys: Set<Key>

    var kind: JobKind { specs[0].kind }
    var priority: JobPriority { specs[0].priority }
    var share: String { specs[0].share }

    private init(_ spec: JobSpec) { (specs, keys) = ([spec], [Key(spec)]) }

    private mutating func takes(_ spec: JobSpec) -> Bool {
        guard specs.count < Self.most, spec.kind == kind, spec.priority == priority, spec.share == share,
            spec.runsAnew == specs[0].runsAnew, keys.insert(Key(spec)).inserted
        else { return false }
        specs.append(spec)
        return true
    }

    /// Neighbours go together; the order stays.
    static func split(_ specs: [JobSpec]) -> [JobBatch] {
        specs.reduce(into: []) { batches, spec in
            if batches.isEmpty || !batches[batches.count - 1].takes(spec) { batches.append(JobBatch(spec)) }
        }
    }
}
