import AgBase
import AgModel
import AgSQL
import AgTesting
import Testing

@testable import AgJobs

@Suite("Turns of jobs", .everyEngine, .timeLimit(.minutes(1)))
struct JobTurnTests {
    /// What happens to a queue, one letter a share: `a*5` queues five jobs, `3` leases three one by one.
    struct Course: Sendable, CustomTestStringConvertible {
        let what: String
        let steps: [Step]
        /// The shares in the order in which they are leased after all that.
        let order: String

        init(_ what: String, _ steps: [Step], _ order: String) {
            self.what = what
            self.steps = steps
            self.order = order
        }

        var testDescription: String { what }
    }

    enum Step: Sendable {
        case queue(String, Int, JobPriority = .new)
        case lease(Int)
        /// All that is leased fails and waits for half a minute.
        case fail
        /// The worker stops and gives back what it has.
        case release
        case wait
    }

    static let courses = [
        Course("one behind many comes next", [.queue("a", 8), .queue("b", 1)], "abaaaaaaa"),
        Course("two bulks alternate", [.queue("a", 4), .queue("b", 4)], "abababab"),
        Course("three bulks take turns", [.queue("a", 3), .queue("b", 2), .queue("c", 3)], "abcabcac"),
        Course(
            "a later bulk begins where the first one is, and catches up on nothing",
            [.queue("a", 8), .lease(4), .queue("b", 4)], "abababab"),
        Course("one without company has all turns", [.queue("a", 5)], "aaaaa"),
        Course(
            "turns of a queue that ran empty are no debt", [.queue("a", 5), .lease(5), .queue("b", 2), .queue("a", 2)],
            "baba"),
        Course(
            "a higher priority goes before any turn",
            [.queue("a", 3), .queue("b", 1), .queue("a", 2, .interactive), .queue("b", 1, .interactive)], "abaabaa"),
        Course(
            "many retries that come due at once hold up nobody longer than new jobs would",
            [.queue("a", 6), .lease(6), .fail, .wait, .queue("b", 2)], "ababaaaa"),
        Course(
            "retries come due between the other jobs of their share",
            [.queue("a", 6), .lease(2), .fail, .wait], "aaaaaa"),
        Course(
            "what a stopping worker gives back comes first",
            [.queue("a", 4), .queue("b", 4), .lease(2), .release], "abababab"),
    ]

    @Test("are the same whatever was queued by how many", arguments: courses)
    func order(_ course: Course) async throws {
        try await Plant.with { plant in
            let site = Site(plant)
            for step in course.steps { try await site.take(step) }
            let order = try await site.leaseAll()
            #expect(order == course.order)
        }
    }

    /// Carries out the steps of a course.
    private final class Site {
        private let plant: Plant
        private var count = 0
        private var leased: [JobRecord] = []

        init(_ plant: Plant) {
            self.plant = plant
        }

        func take(_ step: Step) async throws {
            switch step {
            case .queue(let share, let number, let priority):
                for _ in 0..<number { try await queue(share, priority) }
            case .lease(let number): for _ in 0..<number { leased += try await plant.lease() }
            case .fail: for job in leased { try await fail(job) }
            case .release: try await plant.queue.release(Plant.holder("one"))
            case .wait: plant.clock.advance(by: .seconds(31))
            }
        }

        private func queue(_ share: String, _ priority: JobPriority) async throws {
            count += 1
            try await plant.enqueue(Plant.variants, "\(share) \(count)") {
                $0.share = share
                $0.priority = priority
            }
        }

        private func fail(_ job: JobRecord) async throws {
            let verdict = Verdict.again(after: .seconds(30), counts: true, failure: JobFailure(.internal, "x", "x"))
            try await plant.queue.fail(job, verdict, duration: .zero)
        }

        func leaseAll() async throws -> String {
            var order = ""
            while let job = try await plant.lease().first { order += job.subject.prefix(1) }
            return order
        }
    }

    @Test("of a job that two ask for are those of the one that comes first")
    func joined() async throws {
        try await Plant.with { plant in
            for index in 0..<5 { try await plant.enqueue(Plant.variants, "\(index)") { $0.share = "a" } }
            try await plant.enqueue(Plant.variants, "4") { $0.share = "b" }
            // Its own asking again gains nothing.
            try await plant.enqueue(Plant.variants, "3") { $0.share = "a" }
            let order = try await plant.lease(5).map(\.subject)
            #expect(order == ["0", "4", "1", "2", "3"])
        }
    }

    @Test("are taken between kinds as well, whatever number of jobs each has")
    func kinds() async throws {
        try await Plant.with { plant in
            for index in 0..<50 { try await plant.enqueue(Plant.variants, "\(index)") { $0.share = "a" } }
            try await plant.enqueue(Plant.metadata, "single") { $0.share = "b" }
            var kinds: [JobKind] = []
            for _ in 0..<3 { kinds += try await plant.lease(1, [Plant.variants, Plant.metadata]).map(\.kind) }
            #expect(kinds == [Plant.variants, Plant.metadata, Plant.variants])
        }
    }

    @Test("hold for workers that lease at the same time, each job going to one of them")
    func workers() async throws {
        try await Plant.with { plant in
            for index in 0..<40 { try await plant.enqueue(Plant.variants, "a \(index)") { $0.share = "a" } }
            for index in 0..<10 { try await plant.enqueue(Plant.variants, "b \(index)") { $0.share = "b" } }
            let taken = try await withThrowingTaskGroup(of: [JobRecord].self) { group in
                for worker in 0..<10 { group.addTask { try await plant.lease(2, by: Plant.holder("w\(worker)")) } }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(Set(taken.map(\.id)).count == 20)
            #expect(taken.count { $0.share == "b" } == 10)
        }
    }

    @Test("of jobs from before there were turns are their order, and a newcomer comes behind the first of them")
    func migration() async throws {
        let folder = TemporaryFolder()
        let database = try await SQLiteDatabase.open(path: folder.file("old.db"))
        try await Migrator(JobsSchema.migrations.filter { $0.number < 104 }).migrate(database)
        _ = try await database.write { tx in
            for index in 0..<3 {
                try tx.execute(
                    """
                    INSERT INTO jobs (id, kind, subject, is_about_image, recipe, payload, state, priority, run_at, attempt,
                        max_attempts, crashes, losses, fence, created_at)
                    VALUES (\("0190000\(index)-0000-7000-8000-000000000000"), 'generate-variants', \("old \(index)"), 1,
                        '', '{}', 'queued', 10, 1, 0, 3, 0, 0, 0, 1)
                    """)
            }
        }
        try await Migrator(JobsSchema.migrations).migrate(database)
        let clock = ManualClock()
        let log = Log(to: SilentSink())
        let queue = JobQueue(
            database: database, events: EventLog(database: database, time: clock, log: log), time: clock, log: log)
        var spec = JobSpec(kind: Plant.variants, subject: "new")
        spec.share = "b"
        let new = spec
        _ = try await database.write { try queue.enqueue(new, in: $0) }
        let haul = try await queue.lease([Plant.variants: 9], room: 9, for: Plant.holder("one"))
        #expect(haul.jobs.map(\.subject) == ["old 0", "new", "old 1", "old 2"])
        await database.close()
    }

    @Test("are found by looks into indexes by PostgreSQL too, as long as it has no statistics of a long queue")
    func youngServer() async throws {
        guard Engine.current == .postgres else { return }
        try await Plant.with { plant in
            try await plant.database.write { tx in
                for index in 0..<3_000 {
                    try plant.queue.enqueue(JobSpec(kind: Plant.variants, subject: "\(index)"), in: tx)
                }
            }
            let queries: [SQL] = [
                "SELECT " + plant.queue.turn(Plant.variants, "\(JobPriority.new)", "a", plant.database.dialect),
                JobQueue.due(Plant.variants, Timestamp(milliseconds: 0), limit: 100, plant.database.dialect)
                    + SQL(raw: plant.database.dialect.skipLocked),
            ]
            for query in queries {
                let plan = try await plant.database.write { connection in
                    try connection.all("EXPLAIN " + query) { try $0[0] as String }
                }
                #expect(plan.contains { $0.contains("using jobs_waiting") }, "\(plan)")
                #expect(!plan.contains { $0.contains("Sort") || $0.contains("Seq Scan") }, "\(plan)")
            }
        }
    }

    @Test("are found by two looks into indexes")
    func plan() async throws {
        guard Engine.current == .sqlite else { return }
        try await Plant.with { plant in
            let query = "SELECT " + plant.queue.turn(Plant.variants, "\(JobPriority.new)", "a", .sqlite)
            let plan = try await plant.database.read { connection in
                try connection.all("EXPLAIN QUERY PLAN " + query) { try $0["detail"] as String }
            }
            #expect(plan.contains { $0.contains("COVERING INDEX jobs_waiting (kind=? AND priority=?)") }, "\(plan)")
            #expect(
                plan.contains { $0.contains("COVERING INDEX jobs_shares (share=? AND kind=? AND priority=?)") },
                "\(plan)")
            #expect(!plan.contains { $0.contains("TEMP B-TREE") || $0.contains("SCAN jobs") }, "\(plan)")
        }
    }
}
