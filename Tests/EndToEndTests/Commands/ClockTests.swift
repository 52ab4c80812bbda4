import AgBase
import AgTesting
import Glibc
import Testing

/// Debian's libfaketime, below the architecture's own folder.
private let fake: String? = {
    var found = glob_t()
    defer { globfree(&found) }
    guard glob("/usr/lib/*/faketime/libfaketime.so.1", 0, nil, &found) == 0 else { return nil }
    return found.gl_pathv[0].map { String(cString: $0) }
}()

@Suite("A clock that was wrong", .ownServers, .everyEngine, .timeLimit(.minutes(1)), .enabled(if: fake != nil))
struct ClockTests {
    let folder = TemporaryFolder()

    @Test("does not hold up what was uploaded meanwhile once it is right")
    func setBack() async throws {
        let data = "\(folder.path)/data"
        let environment = [
            "ARGENTUM_TOKEN": Server.token, "LD_PRELOAD": fake ?? "", "FAKETIME": "+1d",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        ]
        let ahead = try await serve(data, ["--jobs", "none"], environment)
        let picture = Picture.photo(width: 48, height: 32)
        try writeBytes(picture.bytes, to: "\(folder.path)/one.jpg")
        let sent = try await command(data, "upload", "\(folder.path)/one.jpg", "--json")
        #expect(sent.code == 0, "\(sent)")
        let id = try #require(try JSONValue.read(sent.lines[0])["imageId"]?.string)
        ahead.send(SIGTERM)
        #expect(try await ahead.end(within: .seconds(30)) == .code(0))

        let right = try await serve(data, [], ["ARGENTUM_TOKEN": Server.token])
        let fetched = try await command(
            data, "get", id, "--variant", "small.webp", "--wait", "--output", "\(folder.path)/small.webp")
        #expect(fetched.code == 0, "\(fetched)")
        let status = try await command(data, "jobs", "status", "--json")
        #expect(!status.output.contains(":-"), "No wait is negative: \(status)")
        right.send(SIGTERM)
        #expect(try await right.end(within: .seconds(30)) == .code(0))
    }

    @Test("that is set while the server runs makes no wait longer than it is, nor negative")
    func step() async throws {
        let data = "\(folder.path)/data"
        let clock = "\(folder.path)/clock"
        try writeBytes(Array("+0d".utf8), to: clock)
        let server = try await serve(
            data, ["--jobs", "none"],
            [
                "ARGENTUM_TOKEN": Server.token, "LD_PRELOAD": fake ?? "", "FAKETIME_TIMESTAMP_FILE": clock,
                "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            ])
        try writeBytes(Picture.photo(width: 48, height: 32).bytes, to: "\(folder.path)/one.jpg")
        #expect(try await command(data, "upload", "\(folder.path)/one.jpg").code == 0)
        for step in ["+0d", "+30d", "-30d"] {
            try writeBytes(Array(step.utf8), to: clock)
            let (seconds, date) = try await oldestWaits(data)
            #expect(!seconds.isEmpty && seconds.allSatisfy { 0...60 ~= $0 }, "\(step): \(seconds) \(date)")
        }
        server.send(SIGTERM)
        #expect(try await server.end(within: .seconds(30)) == .code(0))
    }

    /// The ages of the oldest queued jobs, as `/metrics` says them, and the server's date.
    private func oldestWaits(_ data: String) async throws -> ([Double], String) {
        let address = try #require(readText("\(data)/server-url"))
        let port = try #require(address.split(whereSeparator: { !$0.isNumber }).last.flatMap { UInt16($0) })
        let metrics = try await Client(port: port, token: Server.token).get("/metrics")
        let waits = metrics.text.split(separator: "\n").filter { $0.hasPrefix("argentum_jobs_oldest_wait_seconds{") }
        return (waits.compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }, metrics["date"] ?? "")
    }

    private func command(_ data: String, _ words: String...) async throws -> Argentum.Result {
        try await Argentum.run(words: words + ["--data", data], environment: ["ARGENTUM_TOKEN": Server.token])
    }

    private func serve(
        _ data: String, _ options: [String], _ environment: [String: String]
    ) async throws -> ChildProcess {
        let log = "\(folder.path)/log"
        let process = try await ChildProcess.start(
            [Harness.program, "serve", "--port", "0", "--data", data] + options, environment: environment, output: log,
            errors: log)
        let deadline = Deadline.within(.seconds(30))
        while readText("\(data)/server-url") == nil, !process.hasEnded, !deadline.hasPassed {
            try await Task.sleep(for: .milliseconds(10))
        }
        return process
    }
}
