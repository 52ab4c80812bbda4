import AgBase
import AgModel
import AgSQL
import AgTesting

@testable import AgJobs

/// A database with the tables of the queue, a clock that stands still, and everything that hangs on them.
struct Plant: Sendable {
    static let variants = JobKind("generate-variants")
    static let metadata = JobKind("generate-metadata")

    let folder: TemporaryFolder
    let database: any Database
    let clock: ManualClock
    let events: EventLog
    let queue: JobQueue

    /// Opens, lends and closes.
    static func with(
        events change: (inout EventSettings) -> Void = { _ in }, jobs: (inout JobSettings) -> Void = { _ in },
        _ body: (Plant) async throws -> Void
    ) async throws {
        let folder = TemporaryFolder()
        let database = try await Engine.current.open(in: folder, JobsSchema.migrations)
        try await database.write { tx in _ = try tx.execute("CREATE TABLE effects (name TEXT NOT NULL)") }
        let clock = ManualClock()
        var settings = EventSettings()
        change(&settings)
        var jobSettings = JobSettings()
        jobs(&jobSettings)
        let log = Log(to: SilentSink())
        let events = EventLog(database: database, time: clock, log: log, settings: settings, clock: clock)
        let queue = JobQueue(
            database: database, events: events, time: clock, log: log, settings: jobSettings, clock: clock)
        do {
            try await body(
                Plant(folder: folder, database: database, clock: clock, events: events, queue: queue))
        } catch {
            await database.close()
            throw error
        }
        await database.close()
    }

    /// Another program on the same database.
    func open() async throws -> any Database {
        try await Engine.current.open(in: folder, JobsSchema.migrations)
    }

    @discardableResult
    func enqueue(
        _ kind: JobKind = Plant.variants, _ subject: String = "image", _ change: (inout JobSpec) -> Void = { _ in }
    ) async throws -> JobID {
        var spec = JobSpec(kind: kind, subject: subject)
        change(&spec)
        let final = spec
        return try await database.write { tx in try queue.enqueue(final, in: tx) }
    }

    /// Leases as a worker of this name would.
    func lease(
        _ count: Int = 1, _ kinds: [JobKind] = [Plant.variants], by holder: LeaseHolder = Plant.holder("one")
    ) async throws -> [JobRecord] {
        let free = Dictionary(uniqueKeysWithValues: kinds.map { ($0, count) })
        return try await queue.lease(free, room: count, for: holder).jobs
    }

    static func holder(_ name: String) -> LeaseHolder {
        LeaseHolder(id: "\(name)-run", name: name)
    }

    func state(_ id: JobID) async throws -> JobState? {
        try await queue.job(id)?.state
    }

    func effects() async throws -> [String] {
        try await database.read { try $0.all("SELECT name FROM effects ORDER BY name") { try $0[0] as String } }
    }

    /// All events so far, as type and data.
    func logged() async throws -> [(type: String, data: String)] {
        try await database.read { connection in
            try connection.all("SELECT type, data FROM events ORDER BY sequence") { (type: try $0[0], data: try $0[1]) }
        }
    }

    func worker(_ handlers: [any JobHandler], concurrency: Int = 4, name: String = "worker") -> JobWorker {
        JobWorker(queue: queue, handlers: handlers, slots: JobSlots(codecs: concurrency), workerID: name)
    }
}

/// A handler made of a closure.
struct Work: JobHandler {
    var kind: JobKind = Plant.variants
    var policy = JobPolicy()
    let body: @Sendable (ActiveJob) async throws -> JobHandler.Effect

    func run(_ job: ActiveJob) async throws -> JobHandler.Effect {
        try await body(job)
    }
}

/// An effect that leaves a row.
func leaving(_ name: String) -> JobHandler.Effect {
    { tx in _ = try tx.execute("INSERT INTO effects VALUES (\(name))") }
}

extension JobWorker {
    /// Runs while `body` does, and drains after it.
    func whileRunning(_ body: () async throws -> Void) async throws {
        let service = Task { try await run() }
        do {
            try await body()
        } catch {
            service.cancel()
            throw error
        }
        service.cancel()
        try await service.value
    }
}
