import AgBase
import AgModel
import AgSQL
import AgTesting
import Testing

@testable import AgJobs

/// Two programs on one queue, of which one is held just before its commit.
@Suite("Of two programs on one queue", .everyEngine, .timeLimit(.minutes(1)))
struct JobRaceTests {
    private struct Program: Sendable {
        let database: HoldingDatabase
        let events: EventLog
        let queue: JobQueue

        init(_ database: any Database, _ clock: ManualClock) {
            self.database = HoldingDatabase(database)
            let log = Log(to: SilentSink())
            events = EventLog(database: self.database, time: clock, log: log, clock: clock)
            queue = JobQueue(database: self.database, events: events, time: clock, log: log, clock: clock)
        }
    }

    private func with(_ body: (Plant, Program, Program) async throws -> Void) async throws {
        try await Plant.with { plant in
            let other = try await plant.open()
            do {
                try await body(plant, Program(plant.database, plant.clock), Program(other, plant.clock))
                await other.close()
            } catch {
                await other.close()
                throw error
            }
        }
    }

    private func failed(_ plant: Plant) async throws -> JobID {
        let id = try await plant.enqueue()
        let job = try #require(try await plant.lease().first)
        try await plant.queue.fail(job, .failed(JobFailure(.invalid, "x", "x")), duration: .zero)
        return id
    }

    @Test("one alone retries a job for work that has two failed jobs, and the other is told of it")
    func retry() async throws {
        try await with { plant, one, other throws in
            let first = try await failed(plant)
            let second = try await failed(plant)
            let (a, b) = await one.database.race(
                { try await one.queue.retry(first) }, { try await other.queue.retry(second) })
            _ = try a.get()
            let fault = #expect(throws: Fault.self) { _ = try b.get() }
            #expect(fault?.kind == .conflict && fault?.code == "job-already-queued")
            #expect(fault?.message.contains("\(first)") == true)
        }
    }

    @Test("both get one job for the same work")
    func enqueue() async throws {
        try await with { plant, one, other throws in
            let add = { @Sendable (program: Program) in
                try await program.database.write { tx in
                    try program.queue.enqueue(JobSpec(kind: Plant.variants, subject: "image"), in: tx)
                }
            }
            let (a, b) = await one.database.race({ try await add(one) }, { try await add(other) })
            #expect(try a.get() == b.get())
            #expect(try await plant.logged().map(\.type) == ["job-queued"])
        }
    }

    @Test("each leases jobs of its own, without waiting for the other")
    func lease() async throws {
        try await with { plant, one, other throws in
            for index in 0..<4 { try await plant.enqueue(Plant.variants, "\(index)") }
            let take = { @Sendable (program: Program, name: String) in
                try await program.queue.lease([Plant.variants: 2], room: 2, for: Plant.holder(name)).jobs.map(\.id)
            }
            let (a, b) = await one.database.race({ try await take(one, "one") }, { try await take(other, "two") })
            let ids = try a.get() + b.get()
            #expect(Set(ids).count == 4)
            // The first to ask has the oldest.
            #expect(ids == ids.sorted { $0.text < $1.text })
        }
    }

    @Test("one that beats in the last moment keeps its jobs")
    func reclaim() async throws {
        try await with { plant, one, other throws in
            let id = try await plant.enqueue()
            let holder = Plant.holder("one")
            _ = try await plant.lease(by: holder)
            let seen = try #require(try await other.queue.beats()[holder.id])
            let (a, b) = await one.database.race(
                { try await one.queue.heartbeat(holder).count },
                { try await other.queue.reclaim(from: holder.id, lastBeat: seen) })
            #expect(try a.get() == 1)
            #expect(try b.get() == 0)
            #expect(try await plant.state(id) == .active)
        }
    }

    @Test("one alone takes up the jobs of a dead one, and each of them once")
    func twoReclaim() async throws {
        try await with { plant, one, other throws in
            let id = try await plant.enqueue()
            let holder = Plant.holder("dead")
            _ = try await plant.lease(by: holder)
            let seen = try #require(try await other.queue.beats()[holder.id])
            let (a, b) = await one.database.race(
                { try await one.queue.reclaim(from: holder.id, lastBeat: seen) },
                { try await other.queue.reclaim(from: holder.id, lastBeat: seen) })
            #expect(try a.get() == 1)
            #expect(try b.get() == 0)
            #expect(try await plant.queue.job(id)?.state == .queued)
            #expect(try await plant.logged().filter { $0.type == "job-queued" }.count == 2)
        }
    }

    @Test("one completes a job that the other cancels: what comes first counts, and the other leaves nothing")
    func completeAndCancel() async throws {
        try await with { plant, one, other throws in
            let id = try await plant.enqueue()
            let job = try #require(try await plant.lease().first)
            let (a, b) = await one.database.race(
                { try await one.queue.complete(job, duration: .zero, effect: leaving("done")) },
                { try await other.queue.cancel(id) })
            _ = try a.get()
            let fault = #expect(throws: Fault.self) { _ = try b.get() }
            #expect(fault?.code == "job-finished")
            #expect(try await plant.effects() == ["done"])
            let totals: [Int] = try await plant.database.read {
                try $0.all("SELECT number FROM job_totals") { try $0[0] as Int }
            }
            #expect(totals == [1])
        }
    }

    @Test("neither waits for the other's events, and numbers are given in the order of the commits")
    func events() async throws {
        try await with { plant, one, other throws in
            guard Engine.current == .postgres else { return }
            let gate = one.database.holdNextWrite()
            let append = { @Sendable (program: Program, name: String) in
                try await program.database.write { tx in
                    program.events.append(.imageCreated, about: nil, data: "{\"n\":\"\(name)\"}", in: tx)
                }
            }
            let first = Task { try await append(one, "began first") }
            await gate.arrived()
            try await append(other, "began second")
            #expect(try await plant.logged().map(\.data) == [#"{"n":"began second"}"#])
            gate.open()
            try await first.value
            #expect(try await plant.logged().map(\.data) == [#"{"n":"began second"}"#, #"{"n":"began first"}"#])
        }
    }

    /// Is written behind the events, and holds the commit there.
    private final class Hold: TransactionTail {
        var gate: Gate?

        func join(_ later: Hold) { gate = gate ?? later.gate }

        func write(in connection: any SQLConnection) {
            gate?.pass()
            gate = nil
        }
    }

    @Test("no number is given after one that is not committed yet, or a follower would never come back for that")
    func numbersInOrder() async throws {
        try await with { plant, one, other throws in
            let gate = Gate()
            let (a, b) = await one.database.race(
                gate,
                {
                    try await one.database.write { tx in
                        one.events.append(.imageCreated, about: nil, data: "{\"n\":1}", in: tx)
                        tx.tail(Hold.self).gate = gate
                    }
                },
                {
                    try await other.database.write { tx in
                        other.events.append(.imageCreated, about: nil, data: "{\"n\":2}", in: tx)
                    }
                    // Whoever sees the second number sees the first.
                    return try await plant.logged().count
                })
            _ = try a.get()
            #expect(try b.get() == 2)
            #expect(try await plant.logged().map(\.data) == [#"{"n":1}"#, #"{"n":2}"#])
        }
    }

    @Test("all events of a transaction are kept in their order, however many")
    func manyEvents() async throws {
        try await with { plant, one, _ throws in
            for count in [0, 1, 3, 64, 65, 200] {
                try await plant.database.write { tx in _ = try tx.execute("DELETE FROM events") }
                try await one.database.write { tx in
                    for index in 0..<count {
                        let image = index % 3 == 0 ? nil : "image"
                        one.events.append(
                            .imageCreated, about: image.map { EventSubject(.image, $0) }, data: "{\"n\":\(index)}",
                            in: tx)
                    }
                }
                #expect(try await plant.logged().map(\.data) == (0..<count).map { "{\"n\":\($0)}" })
            }
        }
    }
}
