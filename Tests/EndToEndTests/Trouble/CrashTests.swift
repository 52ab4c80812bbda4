import AgBase
import AgTesting
import Glibc
import Testing

@Suite("A server that is stopped", .ownServers, .everyEngine, .serialized, .timeLimit(.minutes(3)))
struct CrashTests {
    @Test("by kill -9 in the middle of everything has every acknowledged picture afterwards")
    func killed() async throws {
        let server = try await Server.start()
        let pictures = (0..<16).map { _ in Picture.photo(width: 900, height: 600) }
        let acknowledged = Collected<(id: String, picture: Picture)>()
        let stream = try await EventStream.open(server.client, "types=job-active,job-completed")
        await withTaskGroup { group in
            for picture in pictures {
                group.addTask {
                    // Most of these are cut off by the kill.
                    guard let image = try? await server.add(picture), let id = image["imageId"]?.string else { return }
                    acknowledged.add((id, picture))
                }
            }
            group.addTask {
                _ = try? await stream.first { $0.type == "job-completed" }
                try? await server.kill()
            }
        }
        let kept = acknowledged.all
        #expect(kept.count > 0)
        try await server.start()
        for (id, picture) in kept {
            let details = try await server.finish(id)
            #expect(details["sha256"]?.string == picture.sha256)
            let original = try await server.client.get("/api/images/\(id)/original")
            #expect(original.body == picture.bytes)
        }
        // Those that were not acknowledged may be there or not; whatever is there must come to its end.
        let isSettled = try await server.eventually(within: .seconds(60)) {
            let kinds = try await server.json("/api/jobs/status")["kinds"]?.array ?? []
            return kinds.allSatisfy { $0[path: "counts.queued"]?.int == 0 && $0[path: "counts.active"]?.int == 0 }
        }
        #expect(isSettled)
        #expect(try await server.json("/api/images?status=failed")["images"]?.array == [])
        #expect(!server.pictureFiles.contains { $0.contains("/tmp/") }, "\(server.pictureFiles)")
        let running = try await Argentum.run("verify", "--data", server.data)
        #expect(running.code == 0, "\(running)")
        #expect(try await server.stop() == .code(0))
        let stopped = try await Argentum.run("verify", "--data", server.data)
        #expect(stopped.code == 0, "\(stopped)")
    }

    @Test("by SIGTERM finishes the request under way first, and leaves no child")
    func graceful() async throws {
        let server = try await Server.start()
        // Large enough that its first half fills a buffer, which is when the server begins to write.
        let picture = Picture.photo(width: 2_400, height: 1_800)
        let form = Form.of([(picture.name, picture.bytes)])
        let request = try server.client.request("POST", "/api/images/upload", .form(form))
        let connection = try await Connection.open(server.client.port)
        try await connection.send(Array(request.prefix(request.count / 2)))
        // The server has begun to read when the first bytes lie beside the store.
        let isBegun = try await server.eventually(within: .seconds(15)) {
            server.pictureFiles.contains { $0.contains("/tmp/") }
        }
        #expect(isBegun)
        let (process, port) = (try server.process, try server.client.port)
        process.send(SIGTERM)
        let isDeaf = try await server.eventually(within: .seconds(15)) { (try? await Connection.open(port)) == nil }
        #expect(isDeaf, "A server that stops takes no new connections.")
        try await connection.send(Array(request.suffix(from: request.count / 2)))
        let answer = try await connection.answer()
        #expect(answer.status == 201, "\(answer)")
        let id = try server.id(try #require(try answer.json["images"]?.array?.first))
        #expect(try await process.end(within: .seconds(30)) == .code(0))
        #expect(process.group.isEmpty)

        try await server.start()
        try await server.finish(id)
        #expect(try await server.client.get("/api/images/\(id)/original").body == picture.bytes)
        try await server.stop()
    }

    @Test("with listeners and jobs goes in good time, and the jobs end after it is back")
    func busy() async throws {
        let server = try await Server.start()
        let stream = try await EventStream.open(server.client)
        let ids = try await (0..<4).asyncMap { _ in try server.id(await server.add(.photo(width: 1_000, height: 700))) }
        _ = try await stream.first { $0.type == "job-active" }
        let start = ContinuousClock.now
        #expect(try await server.stop() == .code(0))
        // Far less than the 20 seconds that it would give a request: a listener is not waited for.
        #expect(ContinuousClock.now - start < .seconds(12))
        try await server.start()
        for id in ids { try await server.finish(id) }
        try await server.stop()
    }

    @Test("keeps its data directory to itself while it runs", .onSQLite)
    func locked() async throws {
        let server = try await Server.start()
        let second = try await Argentum.run("serve", "--port", "0", "--data", server.data)
        #expect(second.code == 11, "\(second)")
        #expect(second.errors.contains("data directory"))
        try await server.kill()
        // The lock went with the process: nothing has to be removed by hand.
        try await server.start()
        try await server.stop()
    }
}
