import AgBase
import AgModel
import AgSQL
import AgTesting
import Testing

@testable import AgJobs

@Suite("A job worker", .everyEngine, .timeLimit(.minutes(1)))
struct JobWorkerTests {
    @Test("runs a job as soon as it is queued, without the clock moving")
    func prompt() async throws {
        try await Plant.with { plant in
            let worker = plant.worker([Work { job in leaving(job.subject) }])
            try await worker.whileRunning {
                let first = try await plant.enqueue(Plant.variants, "a")
                try await eventually { try await plant.state(first) == .completed }
                let second = try await plant.enqueue(Plant.variants, "b")
                try await eventually { try await plant.state(second) == .completed }
            }
            #expect(try await plant.effects() == ["a", "b"])
            #expect(
                try await plant.logged().map(\.type) == [
                    "job-queued", "job-active", "job-completed", "job-queued", "job-active", "job-completed",
                ])
            #expect(try await plant.database.read { try $0.value("SELECT count(*) FROM job_workers") as Int? } == 0)
        }
    }

    @Test("works off what was queued before it started")
    func backlog() async throws {
        try await Plant.with { plant in
            for index in 0..<60 { try await plant.enqueue(Plant.variants, "image-\(index)") }
            try await plant.worker([Work { leaving($0.subject) }], concurrency: 7).whileRunning {
                try await eventually { try await plant.effects().count == 60 }
            }
        }
    }

    @Test("runs no more at once than it may, over all and of a kind")
    func concurrency() async throws {
        try await Plant.with { plant in
            let latch = Latch()
            let started = Collected<JobKind>()
            let body: @Sendable (ActiveJob) async throws -> JobHandler.Effect = { job in
                started.add(job.kind)
                try await latch.pass()
                return leaving("\(job.kind)-\(job.subject)")
            }
            let worker = plant.worker(
                [
                    Work(policy: JobPolicy(concurrency: 2), body: body),
                    Work(kind: Plant.metadata, policy: JobPolicy(), body: body),
                ], concurrency: 3)
            for index in 0..<5 {
                try await plant.enqueue(Plant.variants, "\(index)") { $0.priority = .interactive }
                try await plant.enqueue(Plant.metadata, "\(index)")
            }
            try await worker.whileRunning {
                await eventually { started.all.count == 3 }
                let active = try await plant.queue.jobs(JobFilter(state: .active), limit: 10)
                #expect(
                    active.map(\.kind.rawValue).sorted() == [
                        "generate-metadata", "generate-variants", "generate-variants",
                    ])
                latch.open()
                try await eventually { try await plant.effects().count == 10 }
            }
        }
    }

    @Test("tries again after the back-off, and gives up after the last attempt")
    func retries() async throws {
        try await Plant.with { plant in
            let attempts = Collected<Duration>()
            let worker = plant.worker([
                Work { _ in
                    attempts.add(plant.clock.elapsed())
                    throw JobFailure(.network, "unreachable", "The provider cannot be reached.")
                }
            ])
            try await worker.whileRunning {
                let id = try await plant.enqueue()
                try await plant.clock.run { try await plant.state(id) == .failed }
                let record = try #require(try await plant.queue.job(id))
                #expect(record.attempt == 3)
                #expect(record.error?.code == "unreachable")
                #expect(record.error?.class == .network)
                #expect(record.finishedAt != nil)
            }
            let times = attempts.all
            #expect(times.count == 3)
            #expect(times[1] - times[0] >= .milliseconds(1_600))
            #expect(times[2] - times[1] >= .milliseconds(3_200))
            #expect(try await plant.logged().map(\.type).filter { $0 == "job-failed" }.count == 1)
        }
    }

    @Test("does not try again what cannot help", arguments: [ErrorClass.invalid, .auth, .quota, .safety])
    func final(_ errorClass: ErrorClass) async throws {
        try await Plant.with { plant in
            let worker = plant.worker([Work { _ in throw JobFailure(errorClass, "no", "No.") }])
            try await worker.whileRunning {
                let id = try await plant.enqueue()
                try await eventually { try await plant.state(id) == .failed }
                #expect(try await plant.queue.job(id)?.attempt == 1)
            }
        }
    }

    @Test("calls an unknown error internal and keeps its text from strangers")
    func unknownError() async throws {
        struct Oops: Error { let path = "/secret/path" }
        try await Plant.with { plant in
            let worker = plant.worker([Work { _ in throw Oops() }])
            try await worker.whileRunning {
                let id = try await plant.enqueue { $0.maxAttempts = 1 }
                try await eventually { try await plant.state(id) == .failed }
                let error = try #require(try await plant.queue.job(id)?.error)
                #expect(error.code == "internal-error")
                #expect(!error.message.contains("secret"))
            }
        }
    }

    @Test("fails a job that crashed twice, whatever attempts it has left")
    func poison() async throws {
        try await Plant.with { plant in
            let worker = plant.worker([Work { _ in throw JobFailure(.crash, "codec-crashed", "The codec died.") }])
            try await worker.whileRunning {
                let id = try await plant.enqueue { $0.maxAttempts = 10 }
                try await plant.clock.run { try await plant.state(id) == .failed }
                let record = try #require(try await plant.queue.job(id))
                #expect(record.attempt == 2)
                #expect(record.crashes == 2)
                #expect(record.error?.code == "codec-crashed")
            }
        }
    }

    @Test("stops an attempt at its deadline", arguments: [false, true])
    func timeout(isStubborn: Bool) async throws {
        try await Plant.with { plant in
            let latch = Latch()
            let policy = JobPolicy(timeout: .seconds(5))
            let worker = plant.worker([
                Work(policy: policy) { _ in
                    if isStubborn { await latch.passStubbornly() } else { try await latch.pass() }
                    return leaving("too late")
                }
            ])
            try await worker.whileRunning {
                let id = try await plant.enqueue { $0.maxAttempts = 1 }
                try await plant.clock.run { try await plant.state(id) == .failed }
                #expect(try await plant.queue.job(id)?.error?.code == "timed-out")
                #expect(try await plant.queue.job(id)?.error?.class == .timeout)
                // Whoever does not listen keeps the slot: the work goes on.
                if isStubborn { #expect(worker.running.counts == [Plant.variants: 1]) }
                latch.open()
                await eventually { worker.running.isEmpty }
            }
            #expect(try await plant.effects() == [])
        }
    }

    @Test("tries a job again beside an attempt that never ended, and counts both")
    func besideStubborn() async throws {
        try await Plant.with { plant in
            let latch = Latch()
            let worker = plant.worker([
                Work(policy: JobPolicy(timeout: .seconds(5))) { job in
                    if job.attempt == 1 { await latch.passStubbornly() }
                    return leaving("attempt \(job.attempt)")
                }
            ])
            try await worker.whileRunning {
                let id = try await plant.enqueue()
                try await plant.clock.run { try await plant.state(id) == .completed }
                await eventually { worker.running.counts == [Plant.variants: 1] }
                latch.open()
                await eventually { worker.running.isEmpty }
            }
            #expect(try await plant.effects() == ["attempt 2"])
        }
    }

    @Test("gives up a failure that the database refuses, first its words, then it")
    func unwritable() async throws {
        for (allowed, expected) in [("'internal-error'", JobState.failed), ("'none'", .active)] {
            try await Plant.with { plant in
                try await plant.database.write { tx in
                    for statement in Self.refusal(of: allowed, tx.dialect) { try tx.execute(statement) }
                }
                let starts = Collected<Int>()
                let worker = plant.worker([
                    Work { _ in
                        starts.add(1)
                        throw JobFailure(.invalid, "odd", "Odd.")
                    }
                ])
                try await worker.whileRunning {
                    let id = try await plant.enqueue { $0.maxAttempts = 1 }
                    let ended = Task { await eventually { worker.running.isEmpty } }
                    // A job that was leased and has not begun is not in hand either.
                    await plant.clock.run { !starts.all.isEmpty && worker.running.isEmpty }
                    await ended.value
                    #expect(try await plant.state(id) == expected)
                }
            }
        }
    }

    /// Makes the database refuse every other code.
    private static func refusal(of allowed: String, _ dialect: SQLDialect) -> [SQL] {
        let trigger: SQL = "CREATE TRIGGER refuse BEFORE UPDATE ON jobs"
        switch dialect {
        case .sqlite:
            return [trigger + " WHEN new.error_code <> \(raw: allowed) BEGIN SELECT RAISE(ABORT, 'refused'); END"]
        case .postgres:
            let function: SQL = """
                CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE 'refused' USING ERRCODE = 'check_violation'; END $$
                """
            return [
                function,
                trigger + " FOR EACH ROW WHEN (new.error_code <> \(raw: allowed)) EXECUTE FUNCTION refuse()",
            ]
        }
    }

    @Test("writes down what went wrong without control characters, and not without end")
    func odd() async throws {
        try await Plant.with { plant in
            let words = "a\0b\u{1B}[31m\nc\u{85}" + String(repeating: "ä", count: 4_000)
            let worker = plant.worker([Work { _ in throw JobFailure(.invalid, "co\0de", words) }])
            try await worker.whileRunning {
                let id = try await plant.enqueue()
                try await plant.clock.run { try await plant.state(id) == .failed }
                let error = try #require(try await plant.queue.job(id)?.error)
                #expect(error.code == "co de")
                #expect(error.message.hasPrefix("a b [31m c ää"))
                #expect(error.message.utf8.count <= JobFailure.longestMessage + 3)
            }
        }
    }

    @Test("tidies up after a job when its effect is committed, and only then", arguments: [true, false])
    func afterCompletion(_ isCompleted: Bool) async throws {
        try await Plant.with { plant in
            let seen = Collected<[String]>()
            let worker = plant.worker([
                Work { job in
                    job.afterCompletion { seen.add((try? await plant.effects()) ?? ["?"]) }
                    if !isCompleted { throw JobFailure(.invalid, "odd", "Odd.") }
                    return leaving("done")
                }
            ])
            try await worker.whileRunning {
                let id = try await plant.enqueue()
                try await plant.clock.run { try await plant.state(id) == (isCompleted ? .completed : .failed) }
                await eventually { worker.running.isEmpty }
            }
            #expect(seen.all == (isCompleted ? [["done"]] : []))
        }
    }

    @Test("stops a running job that is cancelled, and refuses its effect")
    func cancel() async throws {
        try await Plant.with { plant in
            let latch = Latch()
            let ends = Collected<Bool>()
            let worker = plant.worker([
                Work { _ in
                    do { try await latch.pass() } catch { ends.add(Task.isCancelled) }
                    return leaving("cancelled")
                }
            ])
            try await worker.whileRunning {
                let id = try await plant.enqueue()
                try await eventually { try await plant.state(id) == .active }
                try await plant.queue.cancel(id)
                await eventually { ends.all == [true] }
                await eventually { worker.running.isEmpty }
                #expect(try await plant.state(id) == .cancelled)
            }
            #expect(try await plant.effects() == [])
        }
    }

    @Test("learns at its next heartbeat that another process took or cancelled a job")
    func lostElsewhere() async throws {
        try await Plant.with { plant in
            let latch = Latch()
            let ends = Collected<Bool>()
            let worker = plant.worker([
                Work { _ in
                    do { try await latch.pass() } catch { ends.add(Task.isCancelled) }
                    return leaving("stale")
                }
            ])
            try await worker.whileRunning {
                let id = try await plant.enqueue()
                try await eventually { try await plant.state(id) == .active }
                try await plant.database.write { tx in _ = try tx.execute("UPDATE jobs SET state = 'cancelled'") }
                await plant.clock.run { ends.all == [true] }
            }
            #expect(try await plant.effects() == [])
        }
    }

    @Test("takes over from a dead worker within fifteen seconds")
    func reclaim() async throws {
        try await Plant.with { plant in
            let id = try await plant.enqueue()
            let stale = try #require(try await plant.lease(by: Plant.holder("dead")).first)
            let worker = plant.worker([Work { leaving($0.subject) }])
            try await worker.whileRunning {
                let begin = plant.clock.now()
                // The four that sleep: the beat, the watch, the tidying, and the wait for work.
                try await plant.clock.run(sleepers: 4) { try await plant.state(id) == .completed }
                let wait = try #require(try await plant.queue.job(id)?.startedAt) - begin
                #expect(wait >= .seconds(10))
                #expect(wait <= .seconds(15))
            }
            await #expect(throws: LeaseLost.self) {
                try await plant.queue.complete(stale, duration: .zero, effect: leaving("stale"))
            }
            #expect(try await plant.effects() == ["image"])
            #expect(try await plant.queue.job(id)?.attempt == 1)
        }
    }

    @Test("puts back a job that the table calls its own and it knows nothing of")
    func forgotten() async throws {
        try await Plant.with { plant in
            let worker = plant.worker([Work { leaving($0.subject) }])
            try await worker.whileRunning {
                try await plant.queue.pause(kind: nil)
                let id = try await plant.enqueue()
                try await plant.database.write { tx in
                    let change: SQL = "UPDATE jobs SET state = 'active', attempt = 1, worker = \(worker.holder.id)"
                    _ = try tx.execute(change)
                }
                try await plant.queue.resume(kind: nil)
                try await plant.clock.run { try await plant.state(id) == .completed }
            }
        }
    }

    @Test("takes over at once what an earlier run of itself had")
    func restart() async throws {
        try await Plant.with { plant in
            let id = try await plant.enqueue()
            _ = try await plant.lease(by: Plant.holder("worker"))
            try await plant.worker([Work { leaving($0.subject) }], name: "worker").whileRunning {
                try await eventually { try await plant.state(id) == .completed }
            }
        }
    }

    @Test("lets running jobs finish when it stops, and takes no more")
    func drain() async throws {
        try await Plant.with { plant in
            let latch = Latch()
            let worker = plant.worker(
                [
                    Work { job in
                        try await latch.pass()
                        return leaving(job.subject)
                    }
                ], concurrency: 1)
            let service = Task { try await worker.run() }
            let first = try await plant.enqueue(Plant.variants, "first")
            let second = try await plant.enqueue(Plant.variants, "second")
            try await eventually { try await plant.state(first) == .active }
            service.cancel()
            await eventually { worker.running.isDraining }
            latch.open()
            try await service.value
            #expect(try await plant.state(first) == .completed)
            #expect(try await plant.state(second) == .queued)
        }
    }

    @Test("gives back what does not finish in time, at the cost of no attempt", arguments: [false, true])
    func drainTooLong(isStubborn: Bool) async throws {
        try await Plant.with { plant in
            let latch = Latch()
            let worker = plant.worker([
                Work { _ in
                    if isStubborn { await latch.passStubbornly() } else { try await latch.pass() }
                    return leaving("too late")
                }
            ])
            let service = Task { try await worker.run() }
            let id = try await plant.enqueue()
            try await eventually { try await plant.state(id) == .active }
            service.cancel()
            let ended = Collected<Bool>()
            let watch = Task {
                try await service.value
                ended.add(true)
            }
            await plant.clock.run { !ended.all.isEmpty }
            try await watch.value
            let record = try #require(try await plant.queue.job(id))
            #expect(record.state == .queued)
            #expect(record.attempt == 0)
            latch.open()
            await eventually { worker.running.isEmpty }
            #expect(try await plant.effects() == [])
            #expect(try await plant.state(id) == .queued)
        }
    }

    @Test("counts an effect that the database refuses as a failed attempt")
    func refusedEffect() async throws {
        try await Plant.with { plant in
            let worker = plant.worker([Work { _ in { tx in _ = try tx.execute("INSERT INTO nowhere VALUES (1)") } }])
            try await worker.whileRunning {
                let id = try await plant.enqueue { $0.maxAttempts = 1 }
                try await eventually { try await plant.state(id) == .failed }
                #expect(try await plant.queue.job(id)?.error?.code == "internal-error")
            }
        }
    }

    @Test("tells progress live, twice a second at most, and never in the log")
    func progress() async throws {
        try await Plant.with { plant in
            let step = Latch()
            let end = Latch()
            let worker = plant.worker([
                Work { job in
                    for percent in 1...50 { job.report(progress: percent) }
                    try await step.pass()
                    job.report(progress: 80)
                    try await end.pass()
                    return { _ in }
                }
            ])
            try await worker.whileRunning {
                let heard = try await plant.events.subscribe(after: nil, filter: EventFilter(types: [.jobProgress]))
                let id = try await plant.enqueue()
                guard case .event(let first)? = try await heard.next() else { return #expect(Bool(false)) }
                #expect(first.sequence == nil)
                #expect(first.data.contains("\"progress\":1,") || first.data.contains("\"progress\":1}"))
                await eventually { (try? await plant.queue.job(id)?.progress) == 50 }
                plant.clock.advance(by: .milliseconds(600))
                step.open()
                guard case .event(let second)? = try await heard.next() else { return #expect(Bool(false)) }
                #expect(second.data.contains("\"progress\":80"))
                end.open()
                try await eventually { try await plant.state(id) == .completed }
                #expect(try await plant.queue.job(id)?.progress == 100)
            }
            #expect(try await plant.logged().map(\.type) == ["job-queued", "job-active", "job-completed"])
        }
    }

    @Test("sees what another process queued, by looking")
    func polling() async throws {
        try await Plant.with { plant in
            let worker = plant.worker([Work { leaving($0.subject) }])
            try await worker.whileRunning {
                await eventually { plant.clock.isWaitedFor }
                let other = try await plant.open()
                let events = EventLog(
                    database: other, time: plant.clock, log: Log(to: SilentSink()), clock: plant.clock)
                let queue = JobQueue(
                    database: other, events: events, time: plant.clock, log: Log(to: SilentSink()), clock: plant.clock)
                try await other.write { tx in
                    _ = try queue.enqueue(JobSpec(kind: Plant.variants, subject: "theirs"), in: tx)
                }
                await other.close()
                try await plant.clock.run { try await plant.effects() == ["theirs"] }
            }
        }
    }

    @Test(
        "gives back what it holds without knowing it, while it is busy with other jobs, when a lease was not answered")
    func unansweredLease() async throws {
        try await Plant.with { plant in
            let database = UnansweredDatabase(plant.database) { ($0 as? Haul)?.jobs.isEmpty == false }
            let queue = JobQueue(
                database: database, events: plant.events, time: plant.clock, log: Log(to: SilentSink()),
                clock: plant.clock)
            let end = Latch()
            let worker = JobWorker(
                queue: queue,
                handlers: [
                    Work { job in
                        if job.subject == "long" { try await end.pass() }
                        return leaving(job.subject)
                    }
                ], slots: JobSlots(codecs: 2), workerID: "worker")
            try await worker.whileRunning {
                let long = try await plant.enqueue(Plant.variants, "long")
                await eventually { worker.running.counts[Plant.variants] == 1 }
                database.loseNextAnswer()
                let lost = try await plant.enqueue(Plant.variants, "lost")
                try await plant.clock.run { try await plant.state(lost) == .completed }
                #expect(database.hasLost)
                // Long before its lease could run out, which never happens to a worker that beats.
                #expect(plant.clock.elapsed() < .seconds(5))
                #expect(try await plant.state(long) == .active)
                let record = try #require(try await plant.queue.job(lost))
                #expect(record.attempt == 1 && record.losses == 0)
                end.open()
                try await eventually { try await plant.state(long) == .completed }
            }
            #expect(try await plant.effects() == ["long", "lost"])
        }
    }

    @Test("loses no job and doubles no effect while workers die under it")
    func deaths() async throws {
        try await Plant.with { plant in
            for index in 0..<40 { try await plant.enqueue(Plant.variants, "image-\(index)") }
            // Half of the queue is in the hands of workers that will never be heard of again.
            for index in 0..<20 { _ = try await plant.lease(by: Plant.holder("dead-\(index)")) }
            let workers = (0..<3).map { plant.worker([Work { leaving($0.subject) }], name: "w\($0)") }
            let services = workers.map { worker in Task { try await worker.run() } }
            try await plant.clock.run(sleepers: 12) { try await plant.effects().count >= 40 }
            for service in services { service.cancel() }
            for service in services { try await service.value }
            #expect(Set(try await plant.effects()).count == 40)
            #expect(try await plant.effects().count == 40)
        }
    }
}
