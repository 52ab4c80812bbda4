import AgBase
import AgTesting
import Testing

@Suite("Live events", .server(), .serverLog, .timeLimit(.minutes(1)))
struct EventTests {
    let server: Server

    init() throws { server = try Server.ofSuite }

    @Test("tell the life of an image in order")
    func life() async throws {
        let stream = try await EventStream.open(server.client)
        let id = try server.id(await server.add(.photo()))
        let events = try await stream.when { events in
            let own = events.filter { $0.imageID == id }
            return own.count { $0.type == "job-completed" } == 2 ? own : nil
        }
        #expect(events.first?.type == "image-created")
        for name in ["generate-variants", "generate-metadata"] {
            let steps = events.filter { $0.json["jobName"]?.string == name && $0.type != "job-progress" }
            #expect(steps.map(\.type) == ["job-queued", "job-active", "job-completed"], "\(name)")
            let last = try #require(steps.last?.json)
            #expect(last["jobId"]?.string != nil)
            #expect(last["attempt"]?.int == 1)
            #expect(last["maxAttempts"]?.int == 3)
        }
        let numbers = events.compactMap(\.id)
        #expect(numbers == numbers.sorted() && Set(numbers).count == numbers.count)
        #expect(events.allSatisfy { ($0.id == nil) == ($0.type == "job-progress") }, "Only progress has no number.")
    }

    @Test("can be limited to types")
    func types() async throws {
        let stream = try await EventStream.open(server.client, "types=image-created,job-completed")
        let id = try server.id(await server.add(.photo()))
        _ = try await stream.when { events in
            events.count { $0.imageID == id && $0.type == "job-completed" } == 2 ? true : nil
        }
        #expect(Set(stream.all.map(\.type)) == ["image-created", "job-completed"])
    }

    @Test("can be limited to an image, by its id or as a subject", arguments: ["imageId=", "subject=image:"])
    func image(_ filter: String) async throws {
        let first = try server.id(await server.add(.photo()))
        let stream = try await EventStream.open(server.client, "\(filter)\(first)&after=0")
        let second = try server.id(await server.addAndFinish(.photo()))
        _ = try await server.client.call("DELETE", "/api/images/\(first)")
        _ = try await stream.first { $0.type == "image-deleted" }
        #expect(stream.all.allSatisfy { $0.imageID == first })
        #expect(stream.all.first?.type == "image-created")
        #expect(second != first)
    }

    @Test("reach many listeners, each of them all")
    func listeners() async throws {
        let streams = try await (0..<12).asyncMap { _ in
            try await EventStream.open(server.client, "types=image-created")
        }
        let ids = try await (0..<5).asyncMap { _ in try server.id(await server.add(.photo(width: 24, height: 24))) }
        for stream in streams {
            let seen = try await stream.when { events in
                let own = events.compactMap(\.imageID).filter { ids.contains($0) }
                return own.count == ids.count ? own : nil
            }
            #expect(seen == ids)
        }
    }

    @Test(
        "refuse a question that makes no sense",
        arguments: [
            "types=job-done", "imageId=7", "after=-1", "after=x", "after=99999999999999999999", "subject=image",
            "subject=image:", "subject=image:a&imageId=01936f5e-0000-7000-8000-000000000000",
        ])
    func badQuery(_ query: String) async throws {
        try expectProblem(await server.client.get("/api/events?\(query)"), 400, "invalid-query")
    }

    @Test("refuse a Last-Event-ID that is no number")
    func badHeader() async throws {
        try expectProblem(
            await server.client.get("/api/events", headers: ["Last-Event-ID": "yesterday"]), 400, "invalid-query")
    }
}
