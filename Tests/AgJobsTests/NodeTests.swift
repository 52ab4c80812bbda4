import AgBase
import AgSQL
import AgTesting
import Testing

@testable import AgJobs

@Suite("Node leases", .everyEngine, .timeLimit(.minutes(1)))
struct NodeTests {
    private func join(_ plant: Plant, _ role: Nodes.Role = .server) async throws -> Nodes {
        try await Nodes.join(plant.database, as: role, log: Log(to: SilentSink()), clock: plant.clock)
    }

    private func rows(_ plant: Plant, _ table: String) async throws -> [String] {
        try await plant.database.read { try $0.all("SELECT id FROM \(raw: table) ORDER BY id") { try $0[0] as String } }
    }

    @Test("A node whose beat stands still for a lease ends, and what it left is cleaned up once")
    func death() async throws {
        try await Plant.with { plant in
            let dead = try await join(plant, .worker)
            let living = try await join(plant)
            let cleaned = Collected<String>()
            let work = Task { await living.run { cleaned.add($0) } }
            await plant.clock.run(sleepers: 2) { !cleaned.all.isEmpty }
            #expect(plant.clock.elapsed() >= .seconds(10))
            #expect(plant.clock.elapsed() < .seconds(15))
            await eventually { (try? await rows(plant, "ended_nodes")) == [] }
            #expect(cleaned.all == [dead.id])
            #expect(try await rows(plant, "nodes") == [living.id])
            work.cancel()
            await work.value
        }
    }

    @Test("A node that beats is never taken for dead, whatever the clock on the wall does")
    func life() async throws {
        try await Plant.with { plant in
            let one = try await join(plant)
            let two = try await join(plant)
            let cleaned = Collected<String>()
            let works = [one, two].map { node in Task { await node.run { cleaned.add($0) } } }
            plant.clock.step(by: .seconds(86_400))
            await plant.clock.run(sleepers: 4) { plant.clock.elapsed() > .seconds(60) }
            #expect(cleaned.all.isEmpty)
            #expect(try await rows(plant, "nodes") == [one.id, two.id].sorted())
            for work in works { work.cancel() }
            for work in works { await work.value }
        }
    }

    @Test("A node that was frozen for too long can commit nothing under its old lease, and joins again under a new one")
    func frozen() async throws {
        try await Plant.with { plant in
            let frozen = try await join(plant)
            let old = frozen.id
            let living = try await join(plant)
            let cleaned = Collected<String>()
            let work = Task { await living.run { cleaned.add($0) } }
            await plant.clock.run(sleepers: 2) { !cleaned.all.isEmpty }
            await #expect(throws: Fault.self) {
                try await plant.database.write { tx in try frozen.hold([old], in: tx) }
            }
            try await frozen.beat()
            #expect(frozen.id != old)
            let now = frozen.id
            try await plant.database.write { tx in try frozen.hold([now], in: tx) }
            work.cancel()
            await work.value
        }
    }

    @Test("A node that leaves is cleaned up by the next that looks, without a wait")
    func leaving() async throws {
        try await Plant.with { plant in
            let leaving = try await join(plant)
            await leaving.leave()
            let next = try await join(plant)
            let cleaned = Collected<String>()
            #expect(try await next.cleanUpEnded { cleaned.add($0) } == 1)
            #expect(cleaned.all == [leaving.id])
            #expect(try await next.cleanUpEnded { cleaned.add($0) } == 0)
        }
    }

    @Test("A cleaning up that fails is tried again")
    func cleaningFails() async throws {
        struct Trouble: Error {}
        try await Plant.with { plant in
            let leaving = try await join(plant)
            await leaving.leave()
            let next = try await join(plant)
            await #expect(throws: Trouble.self) { try await next.cleanUpEnded { _ in throw Trouble() } }
            #expect(try await next.cleanUpEnded { _ in } == 1)
        }
    }

    @Test("An ending is told to all who share the database")
    func told() async throws {
        try await Plant.with { plant in
            let heard = Collected<NoticeArrival>()
            plant.database.notices.subscribe(to: .nodeEnded) { heard.add($0) }
            let leaving = try await join(plant)
            await leaving.leave()
            await eventually { heard.all == [.text(leaving.id)] }
        }
    }
}
