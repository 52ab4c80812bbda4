import AgBase
import AgTesting
import Glibc
import Testing

@Suite("A stop", .ownServers, .everyEngine, .timeLimit(.minutes(1)))
struct StopTests {
    let folder = TemporaryFolder()

    @Test("by a terminal that closes is as orderly as one by SIGTERM, however often it is said", arguments: [1, 4])
    func hangUp(times: Int) async throws {
        let server = try await Server.start()
        for _ in 0..<times { try server.process.send(SIGHUP) }
        #expect(try await server.process.end(within: .seconds(30)) == .code(0))
        #expect(server.logText.contains("stopped"))
        #expect(readText("\(server.data)/server-url") == nil)
    }

    @Test("does not come from the terminal when the server was started with nohup", .onSQLite)
    func ignored() async throws {
        let script = "trap '' HUP; exec \"$0\" serve --port 0 --data \"$1\""
        let data = "\(folder.path)/data"
        let log = "\(folder.path)/log"
        let process = try await ChildProcess.start(
            ["/bin/sh", "-c", script, Harness.program, data], output: log, errors: log)
        defer { process.send(SIGKILL) }
        let deadline = Deadline.within(.seconds(30))
        while readText("\(data)/server-url") == nil, !process.hasEnded, !deadline.hasPassed {
            try await Task.sleep(for: .milliseconds(10))
        }
        process.send(SIGHUP)
        #expect(try await Argentum.run("health", "--data", data).code == 0)
        process.send(SIGTERM)
        #expect(try await process.end(within: .seconds(30)) == .code(0))
        #expect(readText(log)?.contains("stopping") == true)
    }

    @Test("begins no job while the last requests are answered, and is over within the grace", .onSQLite)
    func drains() async throws {
        let server = try await Server.start(["--shutdown-grace", "10s"])
        let form = Form.of([("a.jpg", Picture.photo().bytes)])
        let open = try await Connection.open(try server.client.port)
        let body = form.bytes
        let half = body.count / 2
        try await open.send(
            "POST /api/images/upload HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(Server.token)\r\n"
                + "Content-Type: \(form.mediaType)\r\nContent-Length: \(body.count)\r\n"
                + "Expect: 100-continue\r\n\r\n")
        // Once its head was read, the request is one that a stop waits for.
        #expect(String(decoding: try await open.bytes(), as: UTF8.self).hasPrefix("HTTP/1.1 100 "))
        try await open.send(Array(body.prefix(half)))
        try server.process.send(SIGTERM)
        let deadline = Deadline.within(.seconds(10))
        while !server.logText.contains("stopping"), !deadline.hasPassed { try await Task.sleep(for: .milliseconds(10)) }
        try await open.send(Array(body.dropFirst(half)))
        #expect(try await open.answer().status == 201)
        #expect(try await server.process.end(within: .seconds(12)) == .code(0))
        let out = "\(folder.path)/out"
        let query = try await ChildProcess.start(
            ["/usr/bin/sqlite3", "\(server.data)/argentum.sqlite", "SELECT DISTINCT state, fence FROM jobs"],
            output: out,
            errors: out)
        #expect(try await query.end(within: .seconds(10)) == .code(0))
        #expect(readText(out) == "queued|0\n")
    }
}
