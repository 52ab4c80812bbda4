import AgBase
import AgModel
import AgSQL
import AgTesting
import Testing

@testable import AgJobs

@Suite("The job queue", .everyEngine, .timeLimit(.minutes(1)))
struct JobQueueTests {
    struct Refusal: Error {}

    @Test("has a job exactly when the transaction that wanted it was committed")
    func transactional() async throws {
        try await Plant.with { plant in
            await #expect(throws: Refusal.self) {
                try await plant.database.write { tx in
                    try plant.queue.enqueue(JobSpec(kind: Plant.variants, subject: "lost"), in: tx)
                    throw Refusal()
                }
            }
            let id = try await plant.enqueue()
            let all = try await plant.queue.jobs(JobFilter(), limit: 10)
            #expect(all.map(\.id) == [id])
            #expect(try await plant.logged().map(\.type) == ["job-queued"])
        }
    }

    @Test("keeps one live job per kind, subject and recipe, with the higher priority")
    func unique() async throws {
        try await Plant.with { plant in
            let id = try await plant.enqueue { $0.priority = .rebuild }
            #expect(try await plant.enqueue { $0.priority = .interactive } == id)
            #expect(try await plant.enqueue { $0.priority = .new } == id)
            #expect(try await plant.queue.job(id)?.priority == .interactive)
            #expect(try await plant.enqueue { $0.recipe = "2" } != id)
            #expect(try await plant.enqueue(Plant.metadata) != id)
            let active = try await plant.lease()
            #expect(active.map(\.id) == [id])
            #expect(try await plant.enqueue() == id)
            try await plant.queue.complete(active[0], duration: .zero) { _ in }
            #expect(try await plant.enqueue() != id)
            #expect(try await plant.logged().filter { $0.type == "job-queued" }.count == 4)
        }
    }

    @Test("makes one job of a hundred calls at once")
    func race() async throws {
        try await Plant.with { plant in
            let ids = try await withThrowingTaskGroup(of: JobID.self) { group in
                for _ in 0..<100 { group.addTask { try await plant.enqueue() } }
                return try await group.reduce(into: Set<JobID>()) { $0.insert($1) }
            }
            #expect(ids.count == 1)
        }
    }

    @Test("hands out the highest priority first, then the oldest, over all kinds")
    func priorities() async throws {
        try await Plant.with { plant in
            let old = try await plant.enqueue(Plant.variants, "1") { $0.priority = .rebuild }
            let new = try await plant.enqueue(Plant.metadata, "2")
            let newer = try await plant.enqueue(Plant.variants, "3")
            let urgent = try await plant.enqueue(Plant.variants, "4") { $0.priority = .interactive }
            let first = try await plant.lease(3, [Plant.variants, Plant.metadata])
            #expect(first.map(\.id) == [urgent, new, newer])
            #expect(try await plant.lease(3, [Plant.variants, Plant.metadata]).map(\.id) == [old])
        }
    }

    @Test("never gives one job to two workers")
    func onlyOne() async throws {
        try await Plant.with { plant in
            for index in 0..<50 { try await plant.enqueue(Plant.variants, "image-\(index)") }
            let taken = try await withThrowingTaskGroup(of: [JobID].self) { group in
                for worker in 0..<10 {
                    group.addTask { try await plant.lease(10, by: Plant.holder("w\(worker)")).map(\.id) }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(taken.count == 50)
            #expect(Set(taken).count == 50)
        }
    }

    @Test("runs a planned job at its moment and not before")
    func runAt() async throws {
        try await Plant.with { plant in
            let moment = plant.clock.now() + .seconds(60)
            try await plant.enqueue { $0.runAt = moment }
            let haul = try await plant.queue.lease([Plant.variants: 1], room: 1, for: Plant.holder("one"))
            #expect(haul.jobs.isEmpty)
            #expect(haul.nextDue == .seconds(60))
            #expect(try await !plant.queue.hasDue([Plant.variants]))
            plant.clock.advance(by: .seconds(60))
            #expect(try await plant.queue.hasDue([Plant.variants]))
            #expect(try await plant.lease().count == 1)
        }
    }

    // MARK: Fencing

    @Test("commits the effect of the attempt that holds the job, with its state and event")
    func effect() async throws {
        try await Plant.with { plant in
            let id = try await plant.enqueue()
            let job = try #require(try await plant.lease().first)
            plant.clock.advance(by: .seconds(3))
            try await plant.queue.complete(job, duration: .milliseconds(1_500), effect: leaving("done"))
            #expect(try await plant.effects() == ["done"])
            let record = try #require(try await plant.queue.job(id))
            #expect(record.state == .completed)
            #expect(record.progress == 100)
            #expect(record.finishedAt == plant.clock.now())
            let last = try #require(try await plant.logged().last)
            #expect(last.type == "job-completed")
            #expect(last.data.contains("\"duration\":1500"))
            #expect(last.data.contains("\"jobId\":\"\(id)\""))
            #expect(last.data.contains("\"imageId\":\"image\""))
        }
    }

    /// What can have happened to a job since an attempt began.
    enum Change: String, CaseIterable, Sendable {
        case reclaimed
        case takenByAnother
        case completedByAnother
        case cancelled
        case failed
        case subjectCancelled
        case takenAgainByTheSame
    }

    @Test("refuses every word of an attempt that has lost its job", arguments: Change.allCases)
    func fencing(_ change: Change) async throws {
        try await Plant.with { plant in
            let id = try await plant.enqueue()
            let stale = try #require(try await plant.lease().first)
            try await apply(change, to: stale, plant)
            let before = try #require(try await plant.queue.job(id))
            let events = try await plant.logged().count

            await #expect(throws: LeaseLost.self) {
                try await plant.queue.complete(stale, duration: .zero, effect: leaving("stale"))
            }
            await #expect(throws: LeaseLost.self) {
                let failure = JobFailure(.network, "x", "x")
                let verdict = Verdict.again(after: .zero, counts: true, failure: failure)
                try await plant.queue.fail(stale, verdict, duration: .zero)
            }
            await #expect(throws: LeaseLost.self) {
                try await plant.queue.fail(stale, .failed(JobFailure(.network, "x", "x")), duration: .zero)
            }
            await #expect(throws: LeaseLost.self) {
                try await ActiveJob(stale, plant.queue).commit(leaving("stale too"))
            }

            #expect(try await plant.effects() == [])
            let after = try #require(try await plant.queue.job(id))
            #expect(after.state == before.state)
            #expect(after.attempt == before.attempt)
            #expect(after.fence == before.fence)
            #expect(try await plant.logged().count == events)
        }
    }

    private func apply(_ change: Change, to job: JobRecord, _ plant: Plant) async throws {
        let queue = plant.queue
        switch change {
        case .cancelled: try await queue.cancel(job.id)
        case .failed: try await queue.fail(job, .failed(JobFailure(.invalid, "x", "x")), duration: .zero)
        case .subjectCancelled: try await plant.database.write { try queue.cancel(subject: job.subject, in: $0) }
        case .reclaimed, .takenByAnother, .completedByAnother, .takenAgainByTheSame:
            let beat = try #require(try await queue.beats()[Plant.holder("one").id])
            #expect(try await queue.reclaim(from: Plant.holder("one").id, lastBeat: beat) == 1)
            if change == .reclaimed { return }
            let next = Plant.holder(change == .takenAgainByTheSame ? "one" : "two")
            let other = try #require(try await plant.lease(by: next).first)
            if change == .completedByAnother { try await queue.complete(other, duration: .zero) { _ in } }
        }
    }

    @Test("leaves nothing of an effect that throws, and keeps the job")
    func throwingEffect() async throws {
        try await Plant.with { plant in
            let id = try await plant.enqueue()
            let job = try #require(try await plant.lease().first)
            await #expect(throws: Refusal.self) {
                try await plant.queue.complete(job, duration: .zero) { tx in
                    try leaving("half")(tx)
                    throw Refusal()
                }
            }
            #expect(try await plant.effects() == [])
            #expect(try await plant.state(id) == .active)
        }
    }

    @Test("lets an attempt commit while it holds the job")
    func intermediate() async throws {
        try await Plant.with { plant in
            try await plant.enqueue()
            let job = try #require(try await plant.lease().first)
            try await ActiveJob(job, plant.queue).commit(leaving("thumbnail"))
            #expect(try await plant.effects() == ["thumbnail"])
        }
    }

    // MARK: Leases

    @Test("takes nothing from a worker that has beaten since it was seen")
    func beaten() async throws {
        try await Plant.with { plant in
            let id = try await plant.enqueue()
            _ = try await plant.lease()
            let beat = try #require(try await plant.queue.beats()["one-run"])
            #expect(try await plant.queue.heartbeat(Plant.holder("one")).keys.map(\.self) == [id])
            #expect(try await plant.queue.reclaim(from: "one-run", lastBeat: beat) == 0)
            #expect(try await plant.state(id) == .active)
        }
    }

    @Test("counts no attempt for the first twenty dead workers, and fails the job at last")
    func lostWorkers() async throws {
        try await Plant.with { plant in
            let id = try await plant.enqueue { $0.maxAttempts = 2 }
            for loss in 1...22 {
                plant.clock.advance(by: .seconds(600))
                let job = try #require(try await plant.lease().first, "loss \(loss)")
                #expect(job.attempt == (loss <= 21 ? 1 : 2))
                let beat = try #require(try await plant.queue.beats()["one-run"])
                #expect(try await plant.queue.reclaim(from: "one-run", lastBeat: beat) == 1)
            }
            let record = try #require(try await plant.queue.job(id))
            #expect(record.state == .failed)
            #expect(record.error?.code == "worker-lost")
            #expect(record.error?.class == .crash)
        }
    }

    @Test("gives a restarted worker its jobs back at once, and leaves other workers theirs")
    func succession() async throws {
        try await Plant.with { plant in
            let mine = try await plant.enqueue(Plant.variants, "mine")
            _ = try await plant.lease(by: Plant.holder("one"))
            let theirs = try await plant.enqueue(Plant.variants, "theirs")
            _ = try await plant.lease(by: Plant.holder("two"))
            let next = LeaseHolder(id: "one-again", name: "one")
            #expect(try await plant.queue.succeed(next) == 1)
            #expect(try await plant.state(mine) == .queued)
            #expect(try await plant.state(theirs) == .active)
            #expect(try await plant.lease(by: next).first?.attempt == 1)
        }
    }

    @Test("reclaims jobs whose worker has no row at all")
    func orphans() async throws {
        try await Plant.with { plant in
            let id = try await plant.enqueue()
            _ = try await plant.lease()
            try await plant.database.write { tx in _ = try tx.execute("DELETE FROM job_workers") }
            #expect(try await plant.queue.beats() == ["one-run": -1])
            #expect(try await plant.queue.reclaim(from: "one-run", lastBeat: -1) == 1)
            #expect(try await plant.state(id) == .queued)
        }
    }

    @Test(
        "waits the same after a failure however the clock on the wall is set",
        arguments: [-3_600, 3_600, 86_400 * 3_650])
    func clockSteps(seconds: Int) async throws {
        try await Plant.with { plant in
            let id = try await plant.enqueue()
            let job = try #require(try await plant.lease().first)
            plant.clock.step(by: .seconds(seconds))
            // Still ours: nothing about the lease was ever a moment of the wall clock.
            #expect(try await plant.queue.heartbeat(Plant.holder("one")).count == 1)
            let failure = JobFailure(.network, "x", "x")
            try await plant.queue.fail(job, .again(after: .seconds(2), counts: true, failure: failure), duration: .zero)
            #expect(try await plant.lease().isEmpty)
            plant.clock.advance(by: .seconds(2))
            let again = try #require(try await plant.lease().first)
            #expect(again.attempt == 2)
            try await plant.queue.complete(again, duration: .zero, effect: leaving("once"))
            #expect(try await plant.state(id) == .completed)
            #expect(try await plant.queue.trim() == 0)
        }
    }

    @Test("does not wait an hour for two seconds when the clock is set back in between")
    func clockBackDuringWait() async throws {
        try await Plant.with { plant in
            try await plant.enqueue()
            let job = try #require(try await plant.lease().first)
            let failure = JobFailure(.network, "x", "x")
            try await plant.queue.fail(job, .again(after: .seconds(2), counts: true, failure: failure), duration: .zero)
            plant.clock.step(by: .seconds(-3_600))
            #expect(try await plant.lease().count == 1)
        }
    }

    @Test("waits as long as it should on a machine whose clock is a little behind that of the one where it failed")
    func otherClock() async throws {
        try await Plant.with { plant in
            try await plant.enqueue()
            let job = try #require(try await plant.lease().first)
            let failure = JobFailure(.network, "x", "x")
            try await plant.queue.fail(job, .again(after: .seconds(2), counts: true, failure: failure), duration: .zero)
            plant.clock.step(by: .milliseconds(-900))
            #expect(try await plant.lease().isEmpty)
            plant.clock.step(by: .milliseconds(2_900))
            #expect(try await plant.lease().count == 1)
        }
    }

    @Test(
        "runs at once what was queued while the clock was ahead, when it is right again",
        arguments: [-60, -86_400, -86_400 * 3_650])
    func clockSetBack(seconds: Int) async throws {
        try await Plant.with { plant in
            let back = Duration.seconds(seconds)
            try await plant.enqueue(Plant.variants, "new")
            try await plant.enqueue(Plant.variants, "cancelled")
            let cancelled = try #require(try await plant.queue.jobs(JobFilter(), limit: 1).first)
            try await plant.queue.cancel(cancelled.id)
            try await plant.queue.retry(cancelled.id)
            try await plant.enqueue(Plant.variants, "given back") { $0.priority = .interactive }
            _ = try await plant.lease(by: Plant.holder("stopping"))
            try await plant.queue.release(Plant.holder("stopping"))
            plant.clock.step(by: back)
            #expect(try await plant.queue.hasDue([Plant.variants]))
            #expect(try await plant.lease(3).count == 3)
        }
    }

    @Test("keeps an appointment by the clock on the wall, however that is set")
    func appointment() async throws {
        try await Plant.with { plant in
            let moment = plant.clock.now() + .seconds(60)
            try await plant.enqueue { $0.runAt = moment }
            plant.clock.step(by: .seconds(-3_600))
            #expect(try await plant.lease().isEmpty)
            plant.clock.step(by: .seconds(3_660))
            #expect(try await plant.lease().count == 1)
        }
    }

    @Test(
        "tells a wait that no clock can make long or negative", arguments: [-86_400 * 3_650, -60, 60, 86_400 * 3_650])
    func waitAcrossSteps(seconds: Int) async throws {
        try await Plant.with { plant in
            try await plant.enqueue()
            plant.clock.advance(by: .seconds(5))
            plant.clock.step(by: .seconds(seconds))
            let wait = try #require(try await plant.queue.status().first?.oldestWait)
            #expect(.zero <= wait && wait <= .seconds(5))
        }
    }

    @Test("counts the wait of a job that is retried from then on")
    func waitOfRetried() async throws {
        try await Plant.with { plant in
            let id = try await plant.enqueue()
            try await plant.queue.cancel(id)
            plant.clock.advance(by: .seconds(86_400))
            try await plant.queue.retry(id)
            plant.clock.advance(by: .seconds(3))
            #expect(try await plant.queue.status().first?.oldestWait == .seconds(3))
        }
    }

    // MARK: Control

    @Test("cancels a queued and an active job, and tells so")
    func cancel() async throws {
        try await Plant.with { plant in
            let queued = try await plant.enqueue(Plant.variants, "queued")
            try await plant.queue.cancel(queued)
            #expect(try await plant.state(queued) == .cancelled)
            #expect(try await plant.lease().isEmpty)
            let last = try #require(try await plant.logged().last)
            #expect(last.type == "job-failed")
            #expect(last.data.contains("\"state\":\"cancelled\""))
            let twice = await #expect(throws: Fault.self) { try await plant.queue.cancel(queued) }
            #expect(twice?.kind == .conflict)
            let nobody = await #expect(throws: Fault.self) { try await plant.queue.cancel(.make()) }
            #expect(nobody?.kind == .notFound)
        }
    }

    @Test("cancels all unfinished jobs of a subject and no others")
    func cancelSubject() async throws {
        try await Plant.with { plant in
            let done = try await plant.enqueue(Plant.variants, "a") { $0.recipe = "old" }
            try await plant.queue.complete(try #require(try await plant.lease().first), duration: .zero) { _ in }
            let active = try await plant.enqueue(Plant.variants, "a")
            _ = try await plant.lease()
            let queued = try await plant.enqueue(Plant.metadata, "a")
            let other = try await plant.enqueue(Plant.variants, "b")
            try await plant.database.write { try plant.queue.cancel(subject: "a", in: $0) }
            #expect(try await plant.state(done) == .completed)
            #expect(try await plant.state(active) == .cancelled)
            #expect(try await plant.state(queued) == .cancelled)
            #expect(try await plant.state(other) == .queued)
        }
    }

    @Test(
        "runs a job again that was asked for more while it ran, instead of failing it for good",
        arguments: [true, false])
    func askedForMore(isFirst: Bool) async throws {
        try await Plant.with { plant in
            let id = try await plant.enqueue()
            let held = try #require(try await plant.lease().first)
            let failed = Verdict.failed(JobFailure(.invalid, "damaged", "Damaged."))
            if !isFirst { try await plant.queue.fail(held, failed, duration: .zero) }
            let asked = try await plant.enqueue { $0.payload = #"{"more":true}"# }
            #expect((asked == id) == isFirst)
            if isFirst { try await plant.queue.fail(held, failed, duration: .zero) }
            let next = try #require(try await plant.lease().first)
            #expect(next.id == asked && next.attempt == 1 && next.payload == #"{"more":true}"#)
            // Having run with all that was asked, it fails.
            try await plant.enqueue { $0.payload = #"{"more":true}"# }
            try await plant.queue.fail(next, failed, duration: .zero)
            #expect(try await plant.state(asked) == .failed)
            #expect(try await plant.lease().isEmpty)
        }
    }

    /// How the attempt ends that runs while its job is asked for anew.
    enum End: String, CaseIterable, Sendable {
        case completed
        case failed
        case willBeRetried
        case workerLost
        case workerStopped
    }

    @Test(
        "runs a job that was asked for anew while it ran once more, however that attempt ends", arguments: End.allCases)
    func askedAnew(_ end: End) async throws {
        try await Plant.with { plant in
            let anew = { (spec: inout JobSpec) in
                spec.payload = #"{"again":true}"#
                spec.runsAnew = true
            }
            let id = try await plant.enqueue(Plant.variants, "image", anew)
            let job = try #require(try await plant.lease().first)
            // Twice is as often as once, and one that does not ask for it takes nothing back.
            for _ in 0..<2 { #expect(try await plant.enqueue(Plant.variants, "image", anew) == id) }
            #expect(try await plant.enqueue() == id)
            try await apply(end, to: job, plant)
            #expect(try await plant.state(id) == .queued)
            #expect(try await plant.effects() == (end == .completed ? ["first"] : []))
            plant.clock.advance(by: .seconds(10))
            let next = try #require(try await plant.lease().first)
            #expect(next.id == id && next.payload == job.payload)
            #expect(next.attempt == (end == .willBeRetried ? 2 : 1))
            try await plant.queue.complete(next, duration: .zero, effect: leaving("second"))
            #expect(try await plant.state(id) == .completed)
            #expect(try await plant.lease().isEmpty)
            #expect(try await plant.logged().count { $0.type == "job-completed" } == 1)
            #expect(try await plant.queue.status()[0].counts == [.completed: 1])
        }
    }

    private func apply(_ end: End, to job: JobRecord, _ plant: Plant) async throws {
        let failure = JobFailure(.invalid, "x", "x")
        switch end {
        case .completed: try await plant.queue.complete(job, duration: .zero, effect: leaving("first"))
        case .failed: try await plant.queue.fail(job, .failed(failure), duration: .zero)
        case .willBeRetried:
            let verdict = Verdict.again(after: .seconds(2), counts: true, failure: failure)
            try await plant.queue.fail(job, verdict, duration: .zero)
        case .workerLost:
            let beat = try #require(try await plant.queue.beats()[Plant.holder("one").id])
            try await plant.queue.reclaim(from: Plant.holder("one").id, lastBeat: beat)
        case .workerStopped: try await plant.queue.release(Plant.holder("one"))
        }
    }

    @Test("retries what failed or was cancelled, with all its attempts, and nothing else")
    func retry() async throws {
        try await Plant.with { plant in
            let id = try await plant.enqueue()
            let early = await #expect(throws: Fault.self) { try await plant.queue.retry(id) }
            #expect(early?.code == "job-not-retryable")
            let job = try #require(try await plant.lease().first)
            try await plant.queue.fail(job, .failed(JobFailure(.invalid, "bad", "Bad.")), duration: .zero)
            #expect(try await plant.queue.job(id)?.error?.code == "bad")
            try await plant.queue.retry(id)
            let again = try #require(try await plant.lease().first)
            #expect(again.id == id)
            #expect(again.attempt == 1)
            #expect(again.error == nil)
            try await plant.queue.cancel(id)
            let twin = try await plant.enqueue()
            let clash = await #expect(throws: Fault.self) { try await plant.queue.retry(id) }
            #expect(clash?.code == "job-already-queued")
            #expect(clash?.message.contains(twin.text) == true)
            let nobody = await #expect(throws: Fault.self) { try await plant.queue.retry(.make()) }
            #expect(nobody?.kind == .notFound)
            #expect(nobody?.code == "no-such-job")
        }
    }

    @Test("holds back paused kinds, one or all")
    func pause() async throws {
        try await Plant.with { plant in
            try await plant.enqueue(Plant.variants)
            try await plant.enqueue(Plant.metadata)
            let both = [Plant.variants, Plant.metadata]
            try await plant.queue.pause(kind: Plant.variants)
            #expect(try await !plant.queue.hasDue([Plant.variants]))
            #expect(try await plant.lease(5, both).map(\.kind) == [Plant.metadata])
            try await plant.queue.pause(kind: nil)
            let refusal = await #expect(throws: Fault.self) { try await plant.queue.resume(kind: Plant.variants) }
            #expect(refusal?.code == "all-paused")
            #expect(try await plant.lease(5, both).isEmpty)
            #expect(try await plant.queue.status().allSatisfy(\.isPaused))
            try await plant.queue.resume(kind: nil)
            #expect(try await plant.lease(5, both).map(\.kind) == [Plant.variants])
        }
    }

    // MARK: Lists

    @Test("lists newest first, in pages that miss nothing when jobs come in between")
    func pages() async throws {
        try await Plant.with { plant in
            var ids: [JobID] = []
            for index in 0..<25 { ids.append(try await plant.enqueue(Plant.variants, "image-\(index)")) }
            var seen: [JobID] = []
            while case let page = try await plant.queue.jobs(JobFilter(), limit: 10, after: seen.last), !page.isEmpty {
                seen += page.map(\.id)
                try await plant.enqueue(Plant.variants, "later-\(seen.count)")
            }
            #expect(seen == ids.reversed())
        }
    }

    @Test("filters by state, kind and image")
    func filter() async throws {
        try await Plant.with { plant in
            let a = try await plant.enqueue(Plant.variants, "a")
            let b = try await plant.enqueue(Plant.metadata, "a")
            let snapshot = try await plant.enqueue(JobKind("snapshot"), "a") { $0.isAboutImage = false }
            _ = try await plant.lease()
            let list = { (filter: JobFilter) in try await plant.queue.jobs(filter, limit: 10).map(\.id) }
            #expect(try await list(JobFilter(state: .active)) == [a])
            #expect(try await list(JobFilter(kind: Plant.metadata)) == [b])
            #expect(try await list(JobFilter(imageID: "a")) == [b, a])
            #expect(try await list(JobFilter(state: .queued, kind: Plant.variants)) == [])
            #expect(
                try await plant.database.read { try plant.queue.jobs(subject: "a", in: $0).map(\.id) } == [
                    snapshot, b, a,
                ])
            let queued = try await plant.logged().filter { $0.type == "job-queued" }
            #expect(queued.last?.data.contains("\"imageId\":null") == true)
        }
    }

    @Test("counts kinds and states, and the oldest wait")
    func status() async throws {
        try await Plant.with { plant in
            for index in 0..<3 { try await plant.enqueue(Plant.variants, "\(index)") }
            plant.clock.advance(by: .seconds(30))
            try await plant.enqueue(Plant.metadata)
            let jobs = try await plant.lease(2)
            try await plant.queue.complete(jobs[0], duration: .zero) { _ in }
            try await plant.queue.fail(jobs[1], .failed(JobFailure(.invalid, "x", "x")), duration: .zero)
            try await plant.queue.cancel(try await plant.enqueue(Plant.variants, "gone"))
            let status = try await plant.queue.status()
            #expect(status.map(\.kind) == [Plant.metadata, Plant.variants])
            #expect(status[1].counts == [.queued: 1, .completed: 1, .failed: 1, .cancelled: 1])
            #expect(status[1].oldestWait == .seconds(30))
            #expect(status[0].oldestWait == .zero)
            try await plant.queue.retry(jobs[1].id)
            #expect(try await plant.queue.status()[1].counts == [.queued: 2, .completed: 1, .cancelled: 1])
        }
    }

    @Test("forgets finished jobs after their hours of service, and no others")
    func retention() async throws {
        try await Plant.with(jobs: { $0.keptHours = 2 }) { plant in
            try await plant.queue.trim()
            let old = try await plant.enqueue(Plant.variants, "old")
            try await plant.queue.complete(try #require(try await plant.lease().first), duration: .zero) { _ in }
            let waiting = try await plant.enqueue(Plant.variants, "waiting")
            plant.clock.step(by: .seconds(3_650 * 86_400))
            #expect(try await plant.queue.trim() == 0)
            for _ in 0..<2 {
                plant.clock.advance(by: .seconds(3_600))
                #expect(try await plant.queue.trim() == 0)
            }
            plant.clock.advance(by: .seconds(3_600))
            #expect(try await plant.queue.trim() == 1)
            #expect(try await plant.state(old) == nil)
            #expect(try await plant.state(waiting) == .queued)
            #expect(try await plant.queue.status()[0].counts == [.queued: 1])
        }
    }

    @Test("uses the right index for everything that is asked often")
    func plans() async throws {
        // PostgreSQL decides by its statistics, which a test's few rows do not have.
        guard Engine.current == .sqlite else { return }
        let queries: [(SQL, String)] = [
            (
                "SELECT * FROM jobs WHERE subject = \("a") AND is_about_image = 1 ORDER BY id DESC LIMIT 5",
                "jobs_subject"
            ),
            ("SELECT * FROM jobs WHERE state = \("failed") ORDER BY id DESC LIMIT 5", "jobs_state"),
            ("SELECT * FROM jobs WHERE kind = \("failed") ORDER BY id DESC LIMIT 5", "jobs_kind"),
            ("SELECT * FROM jobs WHERE id < \("failed") ORDER BY id DESC LIMIT 5", "autoindex"),
            (
                "UPDATE jobs SET state = 'cancelled' WHERE subject = \("a") AND state IN ('queued', 'active')",
                "jobs_live"
            ),
            ("UPDATE jobs SET state = 'cancelled' WHERE id = \("a") AND state IN ('queued', 'active')", "autoindex"),
            ("SELECT id FROM jobs WHERE finished_hour IS NOT NULL AND finished_hour < \(1) LIMIT 5", "jobs_finished"),
            (JobQueue.due(Plant.variants, plantTime, limit: 5, .sqlite), "COVERING INDEX jobs_waiting (kind=?)"),
        ]
        try await Plant.with { plant in
            for (query, index) in queries {
                let plan = try await plant.database.read { connection in
                    try connection.all("EXPLAIN QUERY PLAN " + query) { try $0["detail"] as String }
                }
                #expect(plan.contains { $0.contains(index) }, "\(plan)")
                #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(plan)")
            }
        }
    }

    private let plantTime = Timestamp(milliseconds: 0)
}
