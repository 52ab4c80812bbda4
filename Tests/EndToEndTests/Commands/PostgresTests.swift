import AgBase
import AgSQL
import AgTesting
import Glibc
import Testing

@Suite(
    "On PostgreSQL", .ownServers, .timeLimit(.minutes(2)), .enabled(if: PostgresForTests.server != nil))
struct PostgresTests {
    let folder = TemporaryFolder()

    private var data: String { "\(folder.path)/data" }

    private func run(_ words: String..., environment: [String: String] = [:]) async throws -> Argentum.Result {
        try await Argentum.run(words: words + ["--data", data], environment: environment)
    }

    /// A fresh schema, and what is in it.
    private func schema() async throws -> (url: String, look: @Sendable () async throws -> [String]) {
        let url = try await PostgresForTests.schema(of: folder)
        return (
            url,
            {
                let database = try await PostgresDatabase.open(url: url)
                let names = try await database.read { connection in
                    try connection.all(
                        "SELECT relname::text FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'"
                    ) { try $0[0] as String }
                }
                await database.close()
                return names.sorted()
            }
        )
    }

    @Test(
        "a database that cannot be used is refused in one sentence with the remedy, and nothing is made",
        arguments: [
            ("postgres://argentum@127.0.0.1:1/argentum", "cannot be reached"),
            ("postgres://argentum@no-such-host.invalid/argentum", "cannot be reached"),
            ("postgres://argentum@/nowhere?host=SERVER", "createdb"),
            ("postgres://stranger@/argentum?host=SERVER", "createuser"),
            ("postgres://locked@/argentum?host=SERVER", "PGPASSWORD"),
            ("postgres://locked:wrong@/argentum?host=SERVER", "refuses the password"),
            ("postgres://locked:locked@/argentum?host=SERVER", "GRANT CREATE"),
            (
                "postgres://argentum@/argentum?host=SERVER&options=-cdefault_transaction_read_only%3Don",
                "default_transaction_read_only"
            ),
        ])
    func refusals(_ url: String, _ words: String) async throws {
        let server = try #require(PostgresForTests.socketFolder)
        let address = url.replacing("SERVER", with: server)
        for command in [["serve", "--port", "0"], ["migrate"], ["migrate", "--dry-run"]] {
            let result = try await Argentum.run(
                words: command + ["--data", data], environment: ["ARGENTUM_DATABASE": address, "HOME": folder.path])
            #expect(result.code == 1, "\(result)")
            #expect(result.errors.contains(words), "\(result)")
            #expect(result.errors.split(separator: "\n").count == 1, "\(result)")
            #expect(!result.errors.contains("wrong@") && !result.errors.contains(":locked"), "\(result)")
            #expect(access(data, F_OK) != 0, "\(result)")
        }
    }

    @Test("a server that is too old is refused for that, and nothing is made")
    func oldServer() async throws {
        let relay = try await PostgresForTests.relay(of: folder, announcing: 13)
        defer { relay.close() }
        for command in [["serve", "--port", "0"], ["worker"], ["migrate"]] {
            let result = try await Argentum.run(
                words: command + ["--data", data, "--database", "postgres://argentum@/argentum?host=\(folder.path)"])
            #expect(result.code == 1, "\(result)")
            #expect(
                result.errors.contains("The database server is PostgreSQL 13; Argentum needs 14 or later."), "\(result)"
            )
            #expect(access(data, F_OK) != 0, "\(result)")
        }
    }

    @Test(
        "a server that became a replica gets 503 and Retry-After, is refused at a start and read by a check; once it is promoted all goes on"
    )
    func failover() async throws {
        try await OwnPostgres.with { postgres in
            let server = try await Server.start(["--database", postgres.url])
            let id = try server.id(await server.add(.photo(width: 24, height: 24)))
            try await postgres.run("standby")
            let refused = try await server.upload(.photo(width: 25, height: 24))
            #expect(refused.status == 503 && refused["retry-after"] != nil, "\(refused)")
            for command in [["serve", "--port", "0"], ["worker"], ["migrate"], ["keys", "rotate-signing"]] {
                let result = try await Argentum.run(words: command + ["--data", data, "--database", postgres.url])
                #expect(result.code == 1 && result.errors.contains("read-only replica"), "\(result)")
                #expect(access(data, F_OK) != 0, "\(result)")
            }
            let check = try await Argentum.run("verify", "--data", server.data, "--database", postgres.url)
            #expect(check.code == 0, "\(check)")
            try await postgres.run("promote")
            let goesOn = try await server.eventually(within: .seconds(15)) {
                try await server.upload(.photo(width: 26, height: 24)).status == 201
            }
            #expect(goesOn)
            _ = try await server.finish(id)
            #expect(try await server.stop() == .code(0), "\(server.lastWords)")
        }
    }

    @Test("a database that holds something else is refused, and stays as it was")
    func stranger() async throws {
        let (url, look) = try await schema()
        let database = try await PostgresDatabase.open(url: url)
        try await database.write { tx in _ = try tx.execute("CREATE TABLE customers (id bigint)") }
        await database.close()
        let result = try await run("serve", "--port", "0", "--database", url)
        #expect(result.code == 1 && result.errors.contains("customers"), "\(result)")
        #expect(try await look() == ["customers"])
        #expect(access(data, F_OK) != 0)
    }

    @Test("a password is refused on the command line, and taken from the places it belongs in")
    func password() async throws {
        let server = try #require(PostgresForTests.socketFolder)
        let url = "postgres://locked:locked@/argentum?host=\(server)"
        let flag = try await run("serve", "--port", "0", "--database", url)
        #expect(flag.code == 2 && flag.errors.contains("ARGENTUM_DATABASE_FILE"), "\(flag)")
        #expect(!flag.errors.contains(":locked"), "\(flag)")
        // Signed in, it is refused for its rights.
        let file = folder.file("url")
        try writeBytes(Array("\(url)\n".utf8), to: file)
        try writeBytes(Array("*:*:*:locked:locked\n".utf8), to: folder.file("passwords"))
        chmod(folder.file("passwords"), 0o600)
        let plain = url.replacing(":locked@", with: "@")
        for environment in [
            ["ARGENTUM_DATABASE_FILE": file], ["ARGENTUM_DATABASE": plain, "PGPASSWORD": "locked"],
            ["ARGENTUM_DATABASE": plain, "PGPASSFILE": folder.file("passwords")],
        ] {
            let result = try await run("serve", "--port", "0", environment: environment)
            #expect(result.code == 1 && result.errors.contains("GRANT CREATE"), "\(result)")
        }
        let config = try await run("config", environment: ["ARGENTUM_DATABASE_FILE": file])
        #expect(config.code == 0 && config.output.contains("postgres://locked:***@"), "\(config)")
        #expect(config.output.contains("ARGENTUM_DATABASE_FILE"), "\(config)")
    }

    @Test("the schema is made by a command that can be tried first")
    func migrate() async throws {
        let (url, look) = try await schema()
        let dry = try await run("migrate", "--dry-run", "--database", url)
        #expect(dry.code == 0 && dry.lines.contains("1 pictures"), "\(dry)")
        #expect(dry.errors.contains("would be applied"), "\(dry)")
        #expect(try await look() == [])
        let real = try await run("migrate", "--database", url)
        #expect(real.code == 0 && real.lines == dry.lines, "\(real)")
        #expect(try await look().contains("images"))
        let again = try await run("migrate", "--database", url)
        #expect(again.code == 0 && again.lines == [] && again.errors.contains("up to date"), "\(again)")
        #expect(access(data, F_OK) != 0)
    }

    @Test("pictures are kept, made, shown, verified and deleted as ever, also after a restart and a kill")
    func life() async throws {
        let (url, _) = try await schema()
        let server = try await Server.start(["--database", url])
        let id = try server.id(await server.addAndFinish(.photo()))
        let variant = try await server.client.get("/api/images/\(id)/variants/small.webp")
        #expect(variant.status == 200)
        try await server.stop()
        try await server.start()
        #expect(try await server.json("/api/images/\(id)")["status"]?.string == "completed")
        try await server.kill()
        try await server.start()
        #expect(try await server.client.get("/api/images/\(id)/variants/small.webp").body == variant.body)
        let verify = try await Argentum.run("verify", "--data", server.data, "--database", url)
        #expect(verify.code == 0, "\(verify)")
        #expect(try await server.client.call("DELETE", "/api/images/\(id)").status == 204)
        #expect(access("\(server.data)/argentum.sqlite", F_OK) != 0)
        try await server.stop()
    }
}
