import AgBase
import AgTesting
import Glibc
import Testing

@Suite("A check of an installation", .ownServers, .everyEngine, .timeLimit(.minutes(1)))
struct VerifyTests {
    let folder = TemporaryFolder()

    /// Every file below the data directory with its size and time of change.
    private func look(_ data: String) async throws -> String {
        try await shell("cd \"$0\" && find . -printf '%p %s %T@ %m\\n' | sort", data)
    }

    private func shell(_ script: String, _ arguments: String...) async throws -> String {
        let out = "\(folder.path)/shell-\(UUIDv7.shared.next())"
        let process = try await ChildProcess.start(["/bin/sh", "-c", script] + arguments, output: out, errors: out)
        let ending = try await process.end(within: .seconds(30))
        let text = readText(out) ?? ""
        guard ending == .code(0) else { throw HarnessFailure("\(script): \(ending): \(text)") }
        return text
    }

    private func verify(_ data: String, _ more: String...) async throws -> Argentum.Result {
        try await Argentum.run(words: ["verify", "--data", data] + more)
    }

    /// An installation with one finished picture.
    private func installation() async throws -> Server {
        let server = try await Server.start()
        _ = try await server.addAndFinish(.photo())
        return server
    }

    @Test("changes nothing, makes no file and leaves none, when it is stopped and after a crash")
    func changesNothing() async throws {
        let server = try await installation()
        try await server.stop()
        for isCrash in [false, true] {
            if isCrash {
                try await server.start()
                try await server.kill()
            }
            let before = try await look(server.data)
            let result = try await verify(server.data)
            #expect(result.code == 0, "\(result)")
            let after = try await look(server.data)
            // The index of the log is SQLite's scratch memory, and may be written when a crash left one.
            func files(_ text: String) -> [Substring] { text.split(separator: "\n").filter { !$0.contains("-shm") } }
            #expect(files(after) == files(before))
        }
    }

    @Test("needs no folder that can be written, and reads what is marked read-only", .enabled(if: getuid() == 0))
    func readOnly() async throws {
        let server = try await installation()
        try await server.stop()
        let script = """
            mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && exec "$0" verify --data "$1"
            """
        let text = try await shell(
            "exec unshare -m --propagation private sh -c '\(script)' \"$0\" \"$1\"", Harness.program, server.data)
        #expect(text.contains("Everything holds"), "\(text)")
    }

    @Test("works beside a running server and does not disturb it")
    func running() async throws {
        let server = try await installation()
        #expect(try await verify(server.data).code == 0)
        #expect(try await server.client.get("/readyz").status == 200)
        _ = try await server.addAndFinish(.photo())
        #expect(try await server.stop() == .code(0))
    }

    @Test("migrates no database: an older one and a newer one are named as what they are", .onSQLite)
    func schema() async throws {
        let server = try await installation()
        try await server.stop()
        let database = "\(server.data)/argentum.sqlite"
        let take = "DELETE FROM schema_migrations WHERE number = (SELECT max(number) FROM schema_migrations)"
        _ = try await shell("sqlite3 \"$0\" \"$1\"", database, take)
        let before = try await look(server.data)
        let older = try await verify(server.data)
        #expect(older.code == 1 && older.errors.contains("older than this program"), "\(older)")
        #expect(try await look(server.data) == before)
        let add = "INSERT INTO schema_migrations VALUES (99999, 'later', 'x', 'x')"
        _ = try await shell("sqlite3 \"$0\" \"$1\"", database, add)
        let newer = try await verify(server.data)
        #expect(newer.code == 1 && newer.errors.contains("newer than this program"), "\(newer)")
    }

    @Test("says that there is nothing to check, and makes nothing")
    func nothing() async throws {
        let missing = try await verify("\(folder.path)/none")
        #expect(missing.code == 10, "\(missing)")
        #expect(access("\(folder.path)/none", F_OK) != 0)
        let server = try await installation()
        try await server.stop()
        let storage = try await verify(server.data, "--storage", "file://\(folder.path)/none")
        #expect(storage.code == 1 && storage.errors.contains("\(folder.path)/none"), "\(storage)")
        #expect(access("\(folder.path)/none", F_OK) != 0)
    }
}
