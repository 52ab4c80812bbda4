import AgBase
import AgSQL
import AgTesting
import Testing

@testable import AgJobs

@Suite("Jobs that are queued together", .everyEngine)
struct JobBatchTests {
    private func spec(_ subject: String, _ priority: JobPriority = .new, share: String = "") -> JobSpec {
        JobSpec(kind: Plant.variants, subject: subject, priority: priority, share: share)
    }

    @Test("are the jobs that they would be one by one, in their order, across statements")
    func order() async throws {
        try await Plant.with { plant in
            let specs = (0..<250).map { spec("\($0)") }
            let ids = try await plant.database.write { try plant.queue.enqueue(specs, in: $0) }
            #expect(Set(ids).count == 250)
            let haul = try await plant.queue.lease([Plant.variants: 250], room: 250, for: Plant.holder("one"))
            #expect(haul.jobs.map(\.subject) == specs.map(\.subject))
            #expect(haul.jobs.map(\.id) == ids)
        }
    }

    @Test("join those that are queued already, and each other, with the higher priority and the newer payload")
    func joining() async throws {
        try await Plant.with { plant in
            var again = spec("a", .interactive)
            again.payload = "{\"again\":true}"
            let specs = [spec("b"), spec("a"), again, spec("c"), spec("b")]
            let old = spec("a")
            let first = try await plant.database.write { try plant.queue.enqueue(old, in: $0) }
            let ids = try await plant.database.write { try plant.queue.enqueue(specs, in: $0) }
            #expect(ids[1] == first && ids[2] == first && ids[0] == ids[4] && Set(ids).count == 3)
            let haul = try await plant.queue.lease([Plant.variants: 9], room: 9, for: Plant.holder("one"))
            #expect(haul.jobs.map(\.subject) == ["a", "b", "c"])
            #expect(haul.jobs[0].payload == "{\"again\":true}")
        }
    }

    @Test("take turns with the jobs of another share, as jobs that come one by one do")
    func turns() async throws {
        try await Plant.with { plant in
            let bulk = (0..<120).map { spec("bulk \($0)", share: "bulk") }
            let single = spec("single", share: "single")
            _ = try await plant.database.write { tx in
                try plant.queue.enqueue(bulk, in: tx)
                try plant.queue.enqueue(single, in: tx)
            }
            let haul = try await plant.queue.lease([Plant.variants: 3], room: 3, for: Plant.holder("one"))
            #expect(haul.jobs.map(\.subject).contains("single"))
        }
    }

    @Test("are announced each, and no list is none")
    func events() async throws {
        try await Plant.with { plant in
            let specs = (0..<3).map { spec("\($0)") }
            _ = try await plant.database.write { tx in
                #expect(try plant.queue.enqueue([JobSpec](), in: tx).isEmpty)
                try plant.queue.enqueue(specs, in: tx)
            }
            #expect(try await plant.logged().map(\.type) == ["job-queued", "job-queued", "job-queued"])
        }
    }

    @Test("go into one statement while they are alike, none twice, a hundred at most")
    func splitting() {
        var anew = spec("z")
        anew.runsAnew = true
        let specs = [spec("a"), spec("b"), spec("a"), spec("c", .rebuild), spec("d", .rebuild, share: "x"), anew]
        #expect(JobBatch.split(specs).map(\.specs.count) == [2, 1, 1, 1, 1])
        #expect(JobBatch.split((0..<201).map { spec("\($0)") }).map(\.specs.count) == [100, 100, 1])
        #expect(JobBatch.split([]).isEmpty)
    }
}
