import AgBase
import AgModel
import AgSQL
import AgTesting
import Testing

@testable import AgJobs

/// Two queues and logs as two processes have them: with PostgreSQL each with its own connections, with SQLite, where one process
/// owns the file, on the same database. Their clocks stand still, so that nothing is ever found by looking around.
struct Twins: Sendable {
    struct Side: Sendable {
        let database: any Database
        let events: EventLog
        let queue: JobQueue
    }

    let clock: ManualClock
    let a: Side
    let b: Side

    static func with(_ body: (Twins) async throws -> Void) async throws {
        let folder = TemporaryFolder()
        let first = try await Engine.current.open(in: folder, JobsSchema.migrations)
        let second =
            Engine.current == .sqlite ? first : try await Engine.current.open(in: folder, JobsSchema.migrations)
        try await first.write { tx in _ = try tx.execute("CREATE TABLE effects (name TEXT NOT NULL)") }
        let clock = ManualClock()
        let twins = Twins(clock: clock, a: side(first, clock), b: side(second, clock))
        await eventually { first.notices.isCurrent && second.notices.isCurrent }
        do {
            try await body(twins)
        } catch {
            await twins.close()
            throw error
        }
        await twins.close()
    }

    private static func side(_ database: any Database, _ clock: ManualClock) -> Side {
        let log = Log(to: SilentSink())
        let events = EventLog(database: database, time: clock, log: log, clock: clock)
        return Side(
            database: database, events: events,
            queue: JobQueue(database: database, events: events, time: clock, log: log, clock: clock))
    }

    private func close() async {
        await b.database.close()
        await a.database.close()
    }
}

@Suite("Between two processes", .everyEngine, .timeLimit(.minutes(1)))
struct TwinTests {
    private func append(_ side: Twins.Side, _ count: Int = 1, image: String? = nil) async throws {
        try await side.database.write { tx in
            for index in 0..<count {
                side.events.append(
                    .imageCreated, about: image.map { EventSubject(.image, $0) }, data: "{\"n\":\(index)}", in: tx)
            }
        }
    }

    private func enqueue(_ side: Twins.Side, _ subject: String) async throws -> JobID {
        try await side.database.write { tx in
            try side.queue.enqueue(JobSpec(kind: Plant.variants, subject: subject), in: tx)
        }
    }

    private func worker(_ side: Twins.Side, _ body: @escaping @Sendable (ActiveJob) async throws -> JobHandler.Effect)
        -> JobWorker
    {
        JobWorker(queue: side.queue, handlers: [Work(body: body)], slots: JobSlots(codecs: 4), workerID: "b")
    }

    private func numbers(_ subscription: EventSubscription, _ count: Int) async throws -> [Int64] {
        var numbers: [Int64] = []
        while numbers.count < count, let message = try await subscription.next() {
            if case .event(let event) = message, let sequence = event.sequence { numbers.append(sequence) }
        }
        return numbers
    }

    @Test("an event that one commits reaches a follower of the other in less than 100 ms")
    func latency() async throws {
        try await Twins.with { twins in
            let subscription = try await twins.b.events.subscribe(after: nil)
            try await append(twins.a)
            _ = try await numbers(subscription, 1)
            var times: [Duration] = []
            for _ in 0..<20 {
                let begin = ContinuousClock.now
                try await append(twins.a)
                _ = try await numbers(subscription, 1)
                times.append(.now - begin)
            }
            // The median: a busy machine may hold up any single one.
            #expect(times.sorted()[10] < .milliseconds(100), "\(times)")
        }
    }

    @Test("no follower misses an event, whoever commits and wherever it follows, and each comes in order")
    func nothingMissed() async throws {
        try await Twins.with { twins in
            try await withThrowingTaskGroup(of: [Int64]?.self) { group in
                for side in [twins.a, twins.b] {
                    for writer in 0..<2 {
                        group.addTask {
                            for _ in 0..<25 { try await append(side, writer + 1) }
                            return nil
                        }
                    }
                    for _ in 0..<3 {
                        group.addTask {
                            let subscription = try await side.events.subscribe(after: 0)
                            return try await numbers(subscription, 150)
                        }
                    }
                }
                for try await heard in group {
                    guard let heard else { continue }
                    let all = try await twins.a.database.read {
                        try $0.all("SELECT sequence FROM events ORDER BY sequence") { try $0[0] as Int64 }
                    }
                    #expect(heard == all)
                }
            }
        }
    }

    @Test("a job that one enqueues starts at the other's worker, and its progress is seen at both")
    func workAndProgress() async throws {
        try await Twins.with { twins in
            let goOn = Latch()
            let here = try await twins.a.events.subscribe(after: nil, filter: EventFilter(types: [.jobProgress]))
            let worker = worker(twins.b) { job in
                job.report(progress: 40)
                try await goOn.pass()
                return leaving(job.subject)
            }
            try await worker.whileRunning {
                let id = try await enqueue(twins.a, "picture")
                guard case .event(let event)? = try await here.next() else { return #expect(Bool(false)) }
                #expect(event.data.contains("\"progress\":40") && event.sequence == nil)
                for side in [twins.a, twins.b] {
                    await eventually { (try? await side.queue.job(id)?.progress) == 40 }
                }
                goOn.open()
                await eventually { (try? await twins.a.queue.job(id)?.state) == .completed }
                #expect(try await twins.a.queue.job(id)?.progress == 100)
            }
        }
    }

    @Test("a job that one cancels stops in the other's worker")
    func cancel() async throws {
        try await Twins.with { twins in
            let started = Latch()
            let stopped = Latch()
            let worker = worker(twins.b) { job in
                started.open()
                try? await Task.sleep(for: .seconds(60))
                stopped.open()
                try Task.checkCancellation()
                return leaving("too late")
            }
            try await worker.whileRunning {
                let id = try await enqueue(twins.a, "picture")
                try await started.pass()
                try await twins.a.queue.cancel(id)
                try await stopped.pass()
                #expect(try await twins.b.queue.job(id)?.state == .cancelled)
            }
        }
    }

    @Test("caches hear of an image at both, before the one who changed it is answered there")
    func caches() async throws {
        try await Twins.with { twins in
            let heard = Collected<String>()
            twins.a.events.whenChanged(.image) { heard.add("a \($0 ?? "all")") }
            twins.b.events.whenChanged(.image) { heard.add("b \($0 ?? "all")") }
            try await append(twins.a, image: "picture")
            #expect(heard.all.contains("a picture"))
            await eventually { heard.all.contains("b picture") }
        }
    }
}
