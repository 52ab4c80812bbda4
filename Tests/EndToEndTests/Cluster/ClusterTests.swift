import AgBase
import AgTesting
import Glibc
import Testing

/// Servers without jobs of their own and workers, on one database of PostgreSQL's and one storage folder.
private struct Cluster: Sendable {
    let folder = TemporaryFolder()
    let a: Server
    let b: Server
    let places: [String]

    init(_ options: [String] = []) async throws {
        places = [
            "--database", try await PostgresForTests.schema(of: folder), "--storage", "file://\(folder.path)/pictures",
        ]
        a = try await Server.start(places + ["--jobs", "none"] + options)
        b = try await Server.start(places + ["--jobs", "none"] + options)
    }

    func worker(_ options: String...) async throws -> Worker {
        try await Worker.start(places + ["--codecs", "1"] + options, in: folder)
    }

    func stop() async throws {
        #expect(try await b.stop() == .code(0), "\(b.lastWords)")
        #expect(try await a.stop() == .code(0), "\(a.lastWords)")
    }
}

@Suite(
    "Two servers and their workers", .ownServers, .timeLimit(.minutes(3)), .enabled(if: PostgresForTests.server != nil))
struct ClusterTests {
    private func text(_ name: String, _ answer: Answer) throws -> String {
        try #require(try answer.json[name]?.string, "\(answer)")
    }

    @Test("work as one: uploads, jobs, events, progress, replay, links, revocations and deletions hold on both")
    func asOne() async throws {
        let cluster = try await Cluster()
        let worker = try await cluster.worker()
        let (a, b) = (cluster.a, cluster.b)
        let there = try await EventStream.open(b.client)

        let id = try a.id(await a.add(.photo()))
        _ = try await there.first { $0.type == "job-progress" && $0.imageID == id && $0.id == nil }
        let done = try await there.when { events in
            let own = events.filter { $0.imageID == id && $0.type == "job-completed" }
            return own.count == 2 ? own.last?.id : nil
        }
        for server in [a, b] {
            #expect(try await server.json("/api/images/\(id)/status")["status"]?.string == "completed")
        }
        // What came before on one is replayed by the other.
        let replay = try await EventStream.open(a.client, headers: ["Last-Event-ID": "\(done - 1)"])
        #expect(try await replay.first { $0.id != nil }.id == done)

        try await eventsArriveSoon(from: a, at: there)
        try await linksWorkOnce(a, b)
        try await grantsWorkOnce(a, b)
        try await revocationHolds(a, b)

        // Deleted there, gone here, though it was just shown from memory.
        #expect(try await b.client.get("/api/images/\(id)/thumbnail").status == 200)
        #expect(try await a.client.call("DELETE", "/api/images/\(id)").status == 204)
        #expect(
            try await b.eventually(within: .seconds(2)) {
                try await b.client.get("/api/images/\(id)/thumbnail").status == 404
            })
        #expect(try await worker.stop() == .code(0), "\(worker.logText.suffix(2_000))")
        try await cluster.stop()
    }

    /// From the answer that acknowledges an upload at one to its event at the other.
    private func eventsArriveSoon(from a: Server, at stream: EventStream) async throws {
        var times: [Duration] = []
        for _ in 0..<9 {
            let id = try a.id(await a.add(.photo(width: 24, height: 24)))
            let begin = ContinuousClock.now
            _ = try await stream.first { $0.type == "image-created" && $0.imageID == id }
            times.append(.now - begin)
        }
        #expect(times.sorted()[4] < .milliseconds(100), "\(times)")
    }

    private func linksWorkOnce(_ a: Server, _ b: Server) async throws {
        let link = try text("url", await a.client.post("/api/sign-in/links", [:]))
        let code: JSONValue = ["code": .string(String(link.split(separator: "#")[1]))]
        #expect(try await b.stranger.post("/api/sign-in", code).status == 200)
        #expect(try await a.stranger.post("/api/sign-in", code).status == 401)
    }

    private func grantsWorkOnce(_ a: Server, _ b: Server) async throws {
        let url = try text("uploadUrl", await a.client.post("/api/uploads", [:]))
        let body = Client.Body.bytes(Picture.photo(width: 24, height: 24).bytes, type: "image/jpeg")
        #expect(try await b.stranger.call("PUT", url, body).status == 201)
        try expectProblem(await a.stranger.call("PUT", url, body), 409, "grant-used")
    }

    private func revocationHolds(_ a: Server, _ b: Server) async throws {
        let made = try await a.client.post("/api/tokens", ["name": "brief", "scope": "read"])
        let holder = Client(port: try b.client.port, token: try text("token", made))
        #expect(try await holder.get("/api/images").status == 200)
        let stream = try await EventStream.open(holder)
        let id = try #require(try made.json[path: "details.id"]?.string)
        #expect(try await a.client.call("DELETE", "/api/tokens/\(id)").status == 204)
        // Far sooner than the half minute for which a proved token may be kept in memory.
        #expect(try await b.eventually(within: .seconds(3)) { try await holder.get("/api/images").status == 401 })
        #expect(try await b.eventually(within: .seconds(3)) { stream.hasEnded })
    }

    @Test("give a job that was cancelled at one up in the worker, and its kind is free again")
    func cancel() async throws {
        let cluster = try await Cluster()
        let worker = try await cluster.worker("--jobs", "variants")
        let events = try await EventStream.open(cluster.b.client)
        let id = try cluster.a.id(await cluster.a.add(.photo(width: 4_000, height: 3_000)))
        let active = try await events.first { $0.type == "job-active" && $0.imageID == id }
        let job = try #require(active.json["jobId"]?.string)
        #expect(try await cluster.a.client.call("POST", "/api/jobs/\(job)/cancel").status == 200)
        #expect(try await cluster.b.json("/api/jobs/\(job)")["state"]?.string == "cancelled")
        let next = try cluster.a.id(await cluster.a.add(.photo(width: 40, height: 30)))
        _ = try await events.first(within: .seconds(40)) { $0.type == "job-completed" && $0.imageID == next }
        #expect(try await worker.stop() == .code(0))
        try await cluster.stop()
    }

    @Test("stop within their grace and four seconds also when the database does not answer")
    func stopsInSilence() async throws {
        let cluster = try await Cluster()
        let server = try #require(PostgresForTests.socketFolder)
        let folder = TemporaryFolder()
        let relay = Relay(at: folder.file(".s.PGSQL.5432"), to: server + "/.s.PGSQL.5432")
        defer { relay.close() }
        let places = cluster.places.map { $0.replacing("host=\(server)", with: "host=\(folder.path)") }
        let silent = try await Server.start(places + ["--shutdown-grace", "1s", "--codecs", "1"])
        let worker = try await Worker.start(places + ["--shutdown-grace", "1s", "--codecs", "1"], in: folder)
        relay.become(.stalled)
        let begin = ContinuousClock.now
        try silent.process.send(SIGTERM)
        // Busy machines take longer to start a thread.
        #expect(try await worker.stop(within: .seconds(15)) == .code(0), "\(worker.logText.suffix(2_000))")
        #expect(try await silent.process.end(within: .seconds(15)) == .code(0), "\(silent.lastWords)")
        #expect(ContinuousClock.now - begin < .seconds(9))
        relay.become(.cut)
        try await cluster.stop()
    }

    @Test(
        "lose no job when one worker is killed and another one is frozen past its lease; a third hands back what it is stopped at"
    )
    func deaths() async throws {
        let cluster = try await Cluster()
        let (killed, frozen) = (
            try await cluster.worker("--jobs", "variants"), try await cluster.worker("--jobs", "variants")
        )
        let events = try await EventStream.open(cluster.b.client, "types=job-active,job-completed,job-failed")
        var ids: [String] = []
        for _ in 0..<2 { ids.append(try cluster.a.id(await cluster.a.add(.photo(width: 3_000, height: 2_000)))) }
        let mine = Set(ids)
        _ = try await events.when { events in
            Set(events.filter { $0.type == "job-active" }.compactMap(\.imageID)).isSuperset(of: mine) ? true : nil
        }
        frozen.process.send(SIGSTOP)
        killed.process.send(SIGKILL)

        let third = try await cluster.worker("--jobs", "variants", "--shutdown-grace", "1s")
        // Those that were not through before run again, elsewhere: the first one in time, the others behind it on the one codec.
        for (count, limit) in [(1, Duration.seconds(25)), (mine.count, .seconds(90))] {
            _ = try await events.when(within: limit) { events in
                let done = Set(events.filter { $0.type == "job-completed" }.compactMap(\.imageID))
                let again = mine.filter { id in events.count { $0.type == "job-active" && $0.imageID == id } >= 2 }
                return done.union(again).intersection(mine).count >= count ? true : nil
            }
        }
        let stop = ContinuousClock.now
        #expect(try await third.stop() == .code(0), "\(third.logText.suffix(2_000))")
        #expect(ContinuousClock.now - stop < .seconds(8))
        frozen.process.send(SIGCONT)
        // The frozen one takes over what was handed back.
        for id in ids {
            _ = try await events.first(within: .seconds(60)) { $0.type == "job-completed" && $0.imageID == id }
        }
        for id in ids { #expect(events.all.count { $0.type == "job-completed" && $0.imageID == id } == 1) }
        #expect(events.all.allSatisfy { $0.type != "job-failed" })
        #expect(try await frozen.stop() == .code(0), "\(frozen.logText.suffix(2_000))")
        try await cluster.stop()
    }
}
