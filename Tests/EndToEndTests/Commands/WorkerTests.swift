import AgBase
import AgTesting
import Glibc
import Testing

@Suite("A worker on SQLite", .ownServers, .timeLimit(.minutes(1)))
struct WorkerTests {
    let folder = TemporaryFolder()

    @Test("works off what a server without jobs has taken in, answers monitoring alone, and stops in order")
    func backlog() async throws {
        let server = try await Server.start(["--jobs", "none"])
        let id = try server.id(await server.add(.photo()))
        #expect(try await server.json("/api/images/\(id)")["status"]?.string == "pending")
        try await server.stop()

        let worker = try await Worker.start(["--data", server.data], in: folder)
        #expect(try await worker.monitor.get("/livez").status == 200)
        #expect(try await worker.monitor.get("/readyz").status == 200)
        for target in ["/", "/api/images", "/api/images/\(id)/original"] {
            #expect(try await worker.monitor.get(target).status == 404)
        }
        let isDone = try await server.eventually(within: .seconds(50)) {
            let text = try await worker.monitor.get("/metrics").text
            return text.contains(#"argentum_jobs{kind="generate-variants",state="completed"} 1"#)
                && text.contains(#"argentum_jobs{kind="generate-metadata",state="completed"} 1"#)
        }
        #expect(isDone, "\(worker.logText.suffix(2_000))")
        #expect(try await worker.stop() == .code(0))
        #expect(worker.process.group.isEmpty, "Children stayed behind.")
        try await server.start()
        #expect(try await server.json("/api/images/\(id)")["status"]?.string == "completed")
        try await server.stop()
    }

    @Test("is refused beside a server with a sentence, and a server beside it, also with a data directory of its own")
    func beside() async throws {
        let server = try await Server.start(["--jobs", "none"])
        let database = "sqlite:\(server.data)/argentum.sqlite"
        let same = try await Argentum.run("worker", "--data", server.data)
        #expect(same.code == 11 && same.errors.contains("uses the data directory"), "\(same)")
        let other = try await Argentum.run("worker", "--data", "\(folder.path)/other", "--database", database)
        #expect(other.code == 11 && other.errors.contains("in use by a server"), "\(other)")
        #expect(other.errors.contains("postgres://"), "\(other)")
        try await server.stop()
        let worker = try await Worker.start(["--data", "\(folder.path)/other", "--database", database], in: folder)
        let late = try await Argentum.run("serve", "--port", "0", "--data", server.data)
        #expect(late.code == 11 && late.errors.contains("in use by a worker"), "\(late)")
        #expect(try await worker.stop() == .code(0))
    }

    @Test("needs something to do, and kinds that there are")
    func kinds() async throws {
        let none = try await Argentum.run("worker", "--data", "\(folder.path)/data", "--jobs", "none")
        #expect(none.code == 2 && none.errors.contains("would do nothing"), "\(none)")
        let wrong = try await Argentum.run("worker", "--data", "\(folder.path)/data", "--jobs", "varients")
        #expect(wrong.code == 2 && wrong.errors.contains("generate-variants"), "\(wrong)")
    }

    @Test("and a server say when their port for monitoring is taken")
    func takenPort() async throws {
        let server = try await Server.start(["--jobs", "none", "--health-port", "0"])
        let line = server.logText.split(separator: "\n").first { $0.contains("answering monitoring") } ?? ""
        let port = line.split(separator: "127.0.0.1:").last?.prefix { $0.isNumber } ?? ""
        #expect(try await Client(port: UInt16(port) ?? 0).get("/metrics").status == 200)
        let result = try await Argentum.run("worker", "--data", "\(folder.path)/data", "--health-port", String(port))
        #expect(result.code == 1 && result.errors.contains("--health-port"), "\(result)")
        try await server.stop()
    }
}
