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

    @Test("names a storage that cannot be, and what to do; the data directory stays empty of rows")
    func storage() async throws {
        try writeBytes([1], to: "\(folder.path)/file")
        let cases = [
            ("s3://bucket/prefix", Int32(2), "not in this version"), ("/srv/pictures", 2, "file:///FOLDER"),
            ("file://\(folder.path)/file", 1, "It must be a folder"),
            ("file://\(folder.path)/none/below", 1, "Make the folder above it first"),
            ("file:///proc/pictures", 1, "/proc/pictures"),
        ]
        for (storage, code, words) in cases {
            let result = try await serve("\(folder.path)/data", "--storage", storage)
            #expect(result.code == code && result.errors.contains(words), "\(storage): \(result)")
            #expect(!result.errors.contains("errno") && result.errors.split(separator: "\n").count == 1, "\(result)")
            #expect(access("\(folder.path)/data/argentum.sqlite", F_OK) != 0)
        }
    }

    @Test("refuses the storage of another installation, and one that holds nothing of its own")
    func foreignStorage() async throws {
        let (mine, theirs) = (try await Server.start(), try await Server.start())
        _ = try await mine.add(.photo(width: 40, height: 30))
        try await mine.kill()
        try await theirs.kill()
        let foreign = try await serve(mine.data, "--storage", "file://\(theirs.data)")
        #expect(foreign.code == 1 && foreign.errors.contains("belongs to another installation"), "\(foreign)")
        #expect(foreign.errors.contains(theirs.data) && foreign.errors.contains("--storage"), "\(foreign)")
        let checked = try await Argentum.run("verify", "--data", mine.data, "--storage", "file://\(theirs.data)")
        #expect(checked.code == 1 && checked.errors.contains("belongs to another installation"), "\(checked)")
        mkdir("\(folder.path)/empty", 0o700)
        let empty = try await serve(mine.data, "--storage", "file://\(folder.path)/empty")
        #expect(empty.code == 1 && empty.errors.contains("see that it is mounted"), "\(empty)")
        // Nothing of it has changed what they are.
        try await mine.start()
        try await mine.kill()
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
