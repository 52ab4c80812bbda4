import AgTesting
import Glibc
import Testing

@Suite("A start that fails", .ownServers, .timeLimit(.minutes(1)))
struct StartTests {
    let folder = TemporaryFolder()

    func serve(_ data: String, _ more: String...) async throws -> Argentum.Result {
        try await Argentum.run(words: ["serve", "--port", "0", "--data", data] + more)
    }

    @Test("names the file that stands where the data directory should be")
    func file() async throws {
        try writeBytes([1], to: "\(folder.path)/file")
        let result = try await serve("\(folder.path)/file")
        #expect(result.code == 2, "\(result)")
        #expect(result.errors.contains("The data directory \(folder.path)/file is a file."), "\(result)")
        let below = try await serve("\(folder.path)/file/below")
        #expect(below.code == 1 && below.errors.contains("\(folder.path)/file"), "\(below)")
        #expect(!below.errors.contains("errno"), "\(below)")
    }

    @Test("names a database that is none, without a word of SQL")
    func database() async throws {
        mkdir("\(folder.path)/data", 0o700)
        try writeBytes(Array(repeating: 0x41, count: 8_192), to: "\(folder.path)/data/argentum.sqlite")
        let result = try await serve("\(folder.path)/data")
        #expect(result.code == 1, "\(result)")
        #expect(result.errors.contains("\(folder.path)/data/argentum.sqlite"), "\(result)")
        for word in ["PRAGMA", "SELECT", "CREATE"] { #expect(!result.errors.contains(word), "\(result)") }
        let elsewhere = try await serve("\(folder.path)/other", "--database", "sqlite:\(folder.path)/none/a.sqlite")
        #expect(elsewhere.errors.contains("\(folder.path)/none for the database"), "\(elsewhere)")
    }

    @Test("names the port that is taken and the way out")
    func port() async throws {
        let server = try await Server.start()
        let port = "\(try server.client.port)"
        let result = try await Argentum.run("serve", "--port", port, "--data", "\(folder.path)/data")
        #expect(result.code == 1 && result.errors.contains("port \(port)"), "\(result)")
        #expect(result.errors.contains("--port"), "\(result)")
        try await server.stop()
    }

    @Test("never writes into its data what was meant for a closed standard output")
    func closedDescriptors() async throws {
        let script = "exec \"$0\" serve --port 0 --data \"$1\" <&- >&- 2>&-"
        let data = "\(folder.path)/data"
        let process = try await ChildProcess.start(
            ["/bin/sh", "-c", script, Harness.program, data], output: "/dev/null", errors: "/dev/null")
        defer { process.send(9) }
        let deadline = Deadline.within(.seconds(30))
        while readText("\(data)/server-url") == nil, !process.hasEnded, !deadline.hasPassed {
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(readText("\(data)/server-url")?.hasPrefix("http://") == true)
        for descriptor in 0...2 {
            var buffer = [UInt8](repeating: 0, count: 256)
            let count = buffer.withUnsafeMutableBytes {
                readlink(
                    "/proc/\(process.pid)/fd/\(descriptor)", $0.baseAddress!.assumingMemoryBound(to: CChar.self),
                    $0.count)
            }
            #expect(String(decoding: buffer.prefix(max(0, count)), as: UTF8.self) == "/dev/null", "\(descriptor)")
        }
        process.send(SIGTERM)
        #expect(try await process.end(within: .seconds(30)) == .code(0))
    }
}
