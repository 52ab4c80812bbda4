import AgBase
import AgSQL
import AgTesting
import Synchronization
import Testing

@testable import AgJobs

@Suite("Lanes and rates", .everyEngine, .timeLimit(.minutes(1)))
struct LaneTests {
    private static let a = JobKind("a")
    private static let b = JobKind("b")
    private static let call = JobKind("call")

    /// The room of each lane, as the kinds that may start.
    private func free(_ slots: Slots, _ running: [JobKind: Int]) -> [[JobKind: Int]] {
        slots.openings(running: running).map(\.kinds)
    }

    @Test("A lane's slots are shared by its kinds, and no lane takes another's")
    func openings() {
        let (a, b, call) = (Self.a, Self.b, Self.call)
        let slots = Slots(
            slots: JobSlots(codecs: 4, network: 2),
            policies: [a: JobPolicy(concurrency: 2), b: JobPolicy(), call: JobPolicy(lane: .network)])
        #expect(free(slots, [:]) == [[a: 2, b: 4], [call: 2]])
        #expect(free(slots, [a: 1]) == [[a: 1, b: 3], [call: 2]])
        #expect(free(slots, [a: 2]) == [[b: 2], [call: 2]])
        #expect(free(slots, [b: 4]) == [[call: 2]])
        #expect(free(slots, [call: 2]) == [[a: 2, b: 4]])
        #expect(free(slots, [b: 4, call: 2]) == [])
        // Attempts that ignore their deadline beside later ones.
        #expect(free(slots, [b: 9]) == [[call: 2]])
    }

    @Test("Jobs that wait for a network hold up no codec job, and the other way round")
    func lanes() async throws {
        try await Plant.with { plant in
            let hold = Latch()
            let started = Collected<String>()
            let body: @Sendable (ActiveJob) async throws -> JobHandler.Effect = { job in
                started.add(job.kind.rawValue)
                if job.kind == Self.call { try await hold.pass() }
                return leaving(job.subject)
            }
            for index in 0..<6 { try await plant.enqueue(Self.call, "call \(index)") }
            let worker = JobWorker(
                queue: plant.queue,
                handlers: [
                    Work(kind: Self.call, policy: JobPolicy(lane: .network), body: body),
                    Work(kind: Self.a, body: body),
                ], slots: JobSlots(codecs: 1, network: 3))
            try await worker.whileRunning {
                await eventually { started.all.count == 3 }
                for index in 0..<4 { try await plant.enqueue(Self.a, "picture \(index)") }
                await eventually { (try? await plant.effects().count) == 4 }
                #expect(started.all.count { $0 == "call" } == 3)
                hold.open()
                await eventually { (try? await plant.effects().count) == 10 }
            }
        }
    }

    @Test(
        "A rate earns its starts evenly, after a pause all of them at once",
        arguments: [
            (after: Duration.zero, left: 0), (.milliseconds(999), 0), (.seconds(1), 1), (.seconds(3), 3),
            (.seconds(99), 3),
        ])
    func earning(_ row: (after: Duration, left: Int)) {
        let rate = JobRate(3, per: .seconds(3))
        let begin: Int64 = 1_000_000_000
        var full = Allowances()
        full.add(Self.call, rate, spentUntil: 0, now: begin)
        #expect(full.left[Self.call] == 3 && full.wait == nil)
        let spent = (full.spentUntil[Self.call] ?? 0) + 3 * rate.step
        var later = Allowances()
        later.add(Self.call, rate, spentUntil: spent, now: begin + row.after.milliseconds * 1_000)
        #expect(later.left[Self.call] == row.left)
        #expect((later.wait == nil) == (row.left > 0))
        if let wait = later.wait { #expect(row.after + wait == .seconds(1)) }
    }

    @Test("A clock that was set back holds a kind up for its interval at most")
    func setBack() {
        var allowances = Allowances()
        allowances.add(Self.call, JobRate(3, per: .seconds(3)), spentUntil: 9_000_000_000, now: 1_000_000)
        #expect(allowances.left[Self.call] == 0)
        #expect(allowances.wait == .seconds(1))
    }

    @Test(
        "A clock that was set back an hour holds a kind up for its interval at most, and gives it no start too many",
        .onSQLite)
    func setBackInTheTable() async throws {
        try await Plant.with { plant in
            for index in 0..<9 { try await plant.enqueue(Self.call, "call \(index)") }
            let rates = [Self.call: JobRate(2, per: .seconds(10))]
            let lease = {
                try await plant.queue.lease([Self.call: 5], room: 5, rates: rates, for: Plant.holder("one")).jobs.count
            }
            #expect(try await lease() == 2)
            plant.clock.step(by: .seconds(-3_600))
            #expect(try await lease() == 0)
            plant.clock.advance(by: .seconds(10))
            #expect(try await lease() == 2)
        }
    }

    @Test("Workers on machines whose clocks differ by hours share a rate, which counts by the database's clock")
    func clocksOfMachines() async throws {
        guard Engine.current == .postgres else { return }
        try await Plant.with { plant in
            for index in 0..<9 { try await plant.enqueue(Self.call, "call \(index)") }
            let ahead = ManualClock()
            ahead.step(by: .seconds(7_200))
            let behind = ManualClock()
            behind.step(by: .seconds(-7_200))
            let lease = { (clock: ManualClock, rate: JobRate) in
                let queue = JobQueue(
                    database: plant.database, events: plant.events, time: clock, log: Log(to: SilentSink()),
                    clock: clock)
                return try await queue.lease(
                    [Self.call: 1], room: 1, rates: [Self.call: rate], for: Plant.holder("one")
                )
                .jobs.count
            }
            var counts: [Int] = []
            for clock in [ahead, behind, ahead, plant.clock, behind] {
                counts.append(try await lease(clock, JobRate(2, per: .seconds(3_600))))
            }
            #expect(counts == [1, 1, 0, 0, 0])
            // It goes on with the clock of the database, whatever stands still here.
            await eventually { (try? await lease(behind, JobRate(2, per: .milliseconds(200)))) == 1 }
        }
    }

    @Test(
        "A kind with a rate starts no more than that over all workers together, and goes on when it has earned more",
        .onSQLite)
    func rate() async throws {
        try await Plant.with { plant in
            for index in 0..<5 { try await plant.enqueue(Self.call, "call \(index)") }
            let rates = [Self.call: JobRate(2, per: .seconds(10))]
            let lease = { (name: String) in
                try await plant.queue.lease([Self.call: 5], room: 5, rates: rates, for: Plant.holder(name))
            }
            let first = try await lease("one")
            #expect(first.jobs.count == 2)
            let second = try await lease("two")
            #expect(second.jobs.isEmpty && second.nextDue == .seconds(5))
            plant.clock.advance(by: .seconds(5))
            #expect(try await lease("two").jobs.count == 1)
            #expect(try await lease("one").jobs.isEmpty)
        }
    }
}
