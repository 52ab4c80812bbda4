import AgBase
import AgTesting
import Glibc
import Testing

@Suite("The command line", .server(), .serverLog, .timeLimit(.minutes(1)))
struct CommandTests: CommandSuite {
    let server: Server
    let folder = TemporaryFolder()

    init() throws { server = try Server.ofSuite }

    /// A folder with pictures at two depths, and the pictures by name.
    func pictures(_ count: Int) throws -> [Picture] {
        mkdir("\(folder.path)/album", 0o700)
        return try (0..<count).map { index in
            let name = index % 2 == 0 ? "\(index).jpg" : "album/\(index).jpg"
            let picture = Picture.photo(width: 48, height: 32, named: name)
            try writeBytes(picture.bytes, to: "\(folder.path)/\(name)")
            return picture
        }
    }

    @Test("uploads a folder and says of each picture what came of it")
    func upload() async throws {
        let pictures = try pictures(4)
        let result = try await run("upload", folder.path, "--wait", "--json", "--session", "by-command")
        #expect(result.code == 0, "\(result)")
        let lines = try result.lines.map { try JSONValue.read($0) }
        let done = lines.filter { $0["imageId"] != nil && $0["sha256"] != nil }
        #expect(Set(done.compactMap { $0["sha256"]?.string }) == Set(pictures.map(\.sha256)))
        #expect(done.count == 4, "\(result)")
        #expect(done.allSatisfy { $0["status"]?.string == "completed" }, "\(result)")
        #expect(try await server.json("/api/sessions/by-command/images?count=exact")["total"]?.int == 4)

        let again = try await run("upload", folder.path, "--json")
        #expect(again.code == 0)
        let known = try again.lines.map { try JSONValue.read($0) }.filter { $0["imageId"] != nil }
        #expect(known.count == 4 && known.allSatisfy { $0["isNew"]?.bool == false })
    }

    @Test("uploads what it can and exits with 3 when that was not all")
    func partial() async throws {
        let pictures = try pictures(2)
        try writeBytes(Array(Picture.photo().bytes.dropLast(500)), to: "\(folder.path)/half.jpg")
        // What does not even begin like a picture is passed over when a folder is walked.
        try writeBytes(BadPicture.text, to: "\(folder.path)/letter.txt")
        let result = try await run("upload", folder.path, "--wait", "--json")
        #expect(result.code == 3, "\(result)")
        let lines = try result.lines.map { try JSONValue.read($0) }
        #expect(Set(lines.compactMap { $0["sha256"]?.string }) == Set(pictures.map(\.sha256)))
        #expect(result.output.contains("truncated"), "\(result)")
        #expect(result.output.contains("half.jpg"), "\(result)")
        #expect(!result.output.contains("letter.txt"), "\(result)")
    }

    @Test("says of every file that is called a picture what came of it, and counts what it passed over")
    func broken() async throws {
        let good = try pictures(1)
        try writeBytes([], to: "\(folder.path)/empty.png")
        try writeBytes(BadPicture.text, to: "\(folder.path)/letter.jpg")
        try writeBytes(BadPicture.text, to: "\(folder.path)/letter.txt")
        let result = try await run("upload", folder.path, "--json")
        #expect(result.code == 3, "\(result)")
        let lines = try result.lines.map { try JSONValue.read($0) }
        #expect(lines.compactMap { $0["sha256"]?.string } == good.map(\.sha256))
        #expect(
            Set(lines.compactMap { $0[path: "error.code"]?.string }) == ["empty-file", "not-a-picture"], "\(result)")
        #expect(
            result.lines.last == #"{"summary":{"new":1,"known":0,"refused":2,"failed":0,"notSent":0,"skipped":1}}"#,
            "\(result)")
    }

    @Test("exits with 1 when nothing could be uploaded")
    func nothing() async throws {
        try writeBytes(BadPicture.text, to: "\(folder.path)/letter.jpg")
        #expect(try await run("upload", "\(folder.path)/letter.jpg", "--json").code == 1)
        let missing = try await run("upload", "\(folder.path)/nowhere", "--json")
        #expect([1, 2, 10].contains(missing.code), "\(missing)")
        #expect(missing.errors.contains("nowhere") || missing.output.contains("nowhere"))
    }

    @Test("shows, fetches and lists pictures")
    func look() async throws {
        let picture = Picture.photo()
        let id = try server.id(await server.addAndFinish(picture, fields: [("sessionId", "look")]))
        let shown = try await run("get", id, "--json")
        #expect(shown.code == 0)
        #expect(try JSONValue.read(shown.output)["sha256"]?.string == picture.sha256)

        let fetched = try await run("get", id, "--variant", "original", "--output", "\(folder.path)/back.jpg")
        #expect(fetched.code == 0, "\(fetched)")
        #expect(readBytes("\(folder.path)/back.jpg") == picture.bytes)
        let small = try await run("get", id, "--variant", "small.webp", "--output", "\(folder.path)/small.webp")
        #expect(small.code == 0)
        #expect(Vips.look(readBytes("\(folder.path)/small.webp") ?? [])?.loader.hasPrefix("webp") == true)

        // Without --variant, an --output is the original's.
        #expect(try await run("get", id, "--output", "\(folder.path)/again.jpg").code == 0)
        #expect(readBytes("\(folder.path)/again.jpg") == picture.bytes)

        let listed = try await run("list", "--session", "look", "--json")
        #expect(listed.output.hasPrefix(#"{"imageId":"#), "The order is the server's.")
        #expect(try listed.lines.map { try JSONValue.read($0)["imageId"]?.string } == [id])
        let unknown = try await run("get", "\(UUIDv7.shared.next())")
        #expect(unknown.code == 10, "\(unknown)")
    }

    @Test("lists and steers jobs")
    func jobs() async throws {
        let id = try server.id(await server.addAndFinish(.photo()))
        let listed = try await run("jobs", "list", "--image", id, "--json")
        #expect(listed.code == 0)
        let names = try listed.lines.map { try JSONValue.read($0)["jobName"]?.string ?? "" }
        #expect(names.sorted() == ["generate-metadata", "generate-variants"])
        let status = try await run("jobs", "status", "--json")
        #expect(try JSONValue.read(status.output)["kinds"]?.array?.isEmpty == false)
        #expect(try await run("jobs", "retry", "\(UUIDv7.shared.next())").code == 10)
        #expect(try await run("jobs", "list", "--image", "zzz").code == 2)
        for verb in ["retry", "cancel", "pause", "resume"] {
            let empty = try await run("jobs", verb, "")
            #expect(empty.code == 2 && empty.errors.contains("empty"), "\(empty)")
        }
        let kind = try await run("jobs", "pause", "generate-variant")
        #expect(kind.code == 1 && kind.errors.contains("Did you mean 'generate-variants'?"), "\(kind)")
    }

    @Test("makes, lists and revokes tokens")
    func tokens() async throws {
        let made = try await run("token", "create", "from the command line", "--scope", "read", "--json")
        #expect(made.code == 0, "\(made)")
        let json = try JSONValue.read(made.output)
        let id = try #require(json[path: "details.id"]?.string)
        let client = Client(port: try server.client.port, token: try #require(json["token"]?.string))
        #expect(try await client.get("/api/images").status == 200)
        let listed = try await run("token", "list", "--json")
        #expect(try listed.lines.contains { try JSONValue.read($0)["id"]?.string == id })
        #expect(!listed.output.contains(try #require(client.token)))
        #expect(try await run("token", "revoke", id).code == 0)
        #expect(try await client.get("/api/images").status == 401)
        #expect(try await run("token", "revoke", id).code == 10)
        let own = try await run("token", "create", "own", "--scope", "admin", "--json")
        let ownID = try #require(try JSONValue.read(own.output)[path: "details.id"]?.string)
        let variables = ["ARGENTUM_TOKEN": try #require(try JSONValue.read(own.output)["token"]?.string)]
        let words = ["token", "revoke", ownID, "--data", server.data]
        let warned = try await Argentum.run(words: words, environment: variables)
        #expect(warned.code == 2 && warned.errors.contains("--yes"), "\(warned)")
        #expect(try await Argentum.run(words: words + ["--yes"], environment: variables).code == 0)
        let link = try await run("token", "link")
        #expect(link.code == 0 && link.output.contains("/sign-in#"))
    }

    @Test("verifies an installation while it works")
    func verify() async throws {
        _ = try await server.addAndFinish(.photo())
        let result = try await run("verify", "--json")
        #expect(result.code == 0, "\(result)")
        #expect(!result.output.isEmpty)
    }

    @Test("shows the settings and hides the secrets")
    func config() async throws {
        let result = try await run("config", "--json")
        #expect(result.code == 0)
        let settings = try result.lines.map { try JSONValue.read($0) }
        #expect(settings.first { $0["name"]?.string == "data" }?["value"]?.string == server.data)
        #expect(!result.output.contains(Server.token))
        #expect(!(try await run("config")).output.contains(Server.token))
    }

    @Test("tells of the server's health, interface and version")
    func aboutServer() async throws {
        let health = try await run("health")
        #expect(health.code == 0 && health.output.contains("ready"))
        let document = try await run("openapi")
        #expect(try JSONValue.read(document.output)["openapi"]?.string?.hasPrefix("3.1") == true)
        #expect(try JSONValue.read(document.output)["paths"]?["/api/images/upload"] != nil)
        let version = try await Argentum.run("version", "--json")
        #expect(version.code == 0 && version.output.contains("vips"), "\(version)")
    }

    @Test("exits with 1 when there is no server")
    func noServer() async throws {
        let result = try await Argentum.run("health", "--server", "http://127.0.0.1:1", "--data", folder.path)
        #expect(result.code == 1, "\(result)")
        #expect(result.errors.contains("127.0.0.1:1"))
    }

    @Test("exits with 2 and a suggestion for what it does not know")
    func suggestions() async throws {
        let command = try await Argentum.run("uplaod", "x")
        #expect(command.code == 2)
        #expect(command.errors.contains("Did you mean 'upload'?"), "\(command)")
        let flag = try await run("list", "--sesion", "x")
        #expect(flag.code == 2)
        #expect(flag.errors.contains("--session"), "\(flag)")
        let value = try await run("list", "--limit", "many")
        #expect(value.code == 2)
        #expect(try await run("get").code == 2)
    }

    @Test("explains itself")
    func help() async throws {
        let all = try await Argentum.run("help")
        #expect(all.code == 0)
        for name in [
            "serve", "upload", "get", "list", "jobs", "token", "keys", "verify", "migrate", "config", "health",
            "openapi",
            "version",
        ] {
            #expect(all.output.contains(name), "\(name)")
            let one = try await Argentum.run(name, "--help")
            #expect(one.code == 0 && one.output.contains(name), "\(name): \(one)")
            #expect(one.output.contains("Settings (also") == (name != "version"))
        }
    }

    @Test("refuses settings that are wrong, and names them")
    func settings() async throws {
        let port = try await Argentum.run("serve", "--port", "99999", "--data", folder.path)
        #expect(port.code == 2 && port.errors.contains("port"), "\(port)")
        let kind = try await Argentum.run("serve", "--jobs", "generate-variant", "--data", folder.path)
        #expect(kind.code == 2 && kind.errors.contains("Did you mean 'generate-variants'?"), "\(kind)")
        let unset = try await Argentum.run(
            "config", "--json", "--data", folder.path, environment: ["ARGENTUM_PORT": "", "ARGENTUM_CONFIG": ""])
        #expect(unset.code == 0 && unset.output.contains(#""value":"8080","source":"default""#), "\(unset)")
        let file = "\(folder.path)/own.conf"
        try writeBytes(Array("max-uplod = 5 MB\n".utf8), to: file)
        let key = try await Argentum.run("config", "--config", file, "--data", folder.path)
        #expect(key.code == 2 && key.errors.contains("max-upload"), "\(key)")
    }
}
