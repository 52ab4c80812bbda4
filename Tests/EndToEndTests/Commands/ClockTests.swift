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

@Suite("A clock that was wrong", .ownServers, .timeLimit(.minutes(1)), .enabled(if: fake != nil))
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
