import AgBase
import AgTesting
import Testing

@Suite("A listener that comes back", .ownServers, .everyEngine, .timeLimit(.minutes(2)))
struct ReplayTests {
    @Test("after a restart misses nothing and hears nothing twice")
    func restart() async throws {
        let server = try await Server.start()
        let first = try await EventStream.open(server.client)
        let before = try await (0..<3).asyncMap { _ in try server.id(await server.add(.photo())) }
        // In the middle of what is going on.
        let seen = try await first.when { events in
            events.count { $0.type == "job-completed" } >= 2 ? events.filter { $0.id != nil } : nil
        }
        #expect(try await server.stop() == .code(0))
        let heard = first.all.filter { $0.id != nil }
        #expect(heard.count >= seen.count)
        try await server.start()
        let during = try server.id(await server.add(.photo()))
        let last = try #require(heard.last?.id)
        let second = try await EventStream.open(server.client, headers: ["Last-Event-ID": "\(last)"])
        let after = try server.id(await server.add(.photo()))
        for id in before + [during, after] { try await server.finish(id) }
        let marker = try server.id(await server.add(.photo(width: 20, height: 20)))
        _ = try await second.first { $0.imageID == marker }

        let together = (heard + second.all).filter { $0.id != nil }.prefix { $0.imageID != marker }
        let whole = try await EventStream.open(server.client, "after=0")
        _ = try await whole.first { $0.imageID == marker }
        let all = whole.all.filter { $0.id != nil }.prefix { $0.imageID != marker }
        #expect(together.compactMap(\.id) == all.compactMap(\.id))
        #expect(together.map(\.data) == all.map(\.data))
        #expect(!together.contains { $0.type == "resync" })
        for id in before + [during, after] {
            #expect(together.count { $0.imageID == id && $0.type == "image-created" } == 1)
            #expect(together.count { $0.imageID == id && $0.type == "job-completed" } == 2)
        }
        try await server.stop()
    }

    @Test("at any place in the log hears exactly what lies behind it")
    func everyPlace() async throws {
        let server = try await Server.start()
        let id = try server.id(await server.addAndFinish(.photo(width: 40, height: 40)))
        _ = try await server.client.call("DELETE", "/api/images/\(id)")
        let whole = try await EventStream.open(server.client, "after=0")
        _ = try await whole.first { $0.type == "image-deleted" }
        let all = whole.all.compactMap(\.id)
        #expect(all.count >= 8)
        for (index, place) in all.dropLast().enumerated() {
            let stream = try await EventStream.open(server.client, "after=\(place)")
            _ = try await stream.first { $0.type == "image-deleted" }
            #expect(stream.all.compactMap(\.id) == Array(all[(index + 1)...]))
        }
        try await server.stop()
    }
}
