import AgBase
import AgTesting
import Glibc
import Testing

@Suite("Secrets", .server("--log-format", "json"), .serverLog, .timeLimit(.minutes(1)))
struct SecretTests {
    let server: Server

    init() throws { server = try Server.ofSuite }

    /// What must be nowhere but with its holder, by name.
    private struct Canary {
        let name: String
        let text: String
    }

    /// Makes one secret of each kind and uses it in every way that may go wrong; returns them with all that was answered
    /// to others than their maker.
    private func scatter() async throws -> (canaries: [Canary], answers: [Answer]) {
        let token = try await text("token", of: server.client.post("/api/tokens", ["name": "c", "scope": "admin"]))
        let grant = try await text("uploadUrl", of: server.client.post("/api/uploads", [:]))
        let link = try await text("url", of: server.client.post("/api/sign-in/links", [:]))
        let image = try server.id(await server.addAndFinish(.photo()))
        let signed = try await text(
            "url", of: server.client.post("/api/images/\(image)/sign", ["variant": "original"]))
        let code = String(link.split(separator: "#")[1])
        let signIn = try await server.stranger.post("/api/sign-in", ["code": .string(code)])
        let cookie = String(try #require(signIn["set-cookie"]).split(separator: ";")[0])
        let proof = try await text("csrfToken", of: signIn)
        let holder = Client(port: try server.client.port, token: token)
        let broken = Client(port: try server.client.port, token: token + "x")
        let answers = [
            try await holder.get("/api/images"), try await broken.get("/api/images"),
            try await holder.get("/api/images/7?cursor=%ff"), try await holder.post("/api/tokens", ["name": 7]),
            try await server.stranger.call("PUT", grant + "x", .bytes([1], type: "image/png")),
            try await server.stranger.call("PUT", grant, .bytes([1, 2, 3], type: "image/png")),
            try await server.stranger.call("DELETE", grant), try await server.stranger.get(signed),
            try await server.stranger.get(signed + "x"), try await server.stranger.get(signed + "&%ff"),
            try await server.stranger.post("/api/sign-in", ["code": .string(code)]),
            try await server.stranger.get("/api/jobs", headers: ["Cookie": cookie]),
            try await server.stranger.call("POST", "/api/jobs/pause", headers: ["Cookie": cookie]),
            try await server.client.get("/metrics"), try await server.client.get("/api/tokens"),
        ]
        return (
            [
                Canary(name: "token", text: token), Canary(name: "fixed token", text: Server.token),
                Canary(name: "grant", text: value(of: "key", in: grant)), Canary(name: "code", text: code),
                Canary(name: "signature", text: value(of: "signature", in: signed)),
                Canary(name: "cookie", text: String(cookie.split(separator: "=")[1])),
                Canary(name: "CSRF token", text: proof),
            ], answers
        )
    }

    private func text(_ name: String, of answer: Answer) async throws -> String {
        try #require(try answer.json[name]?.string, "\(answer)")
    }

    private func value(of name: String, in url: String) -> String {
        let item = url.split { $0 == "?" || $0 == "&" }.first { $0.hasPrefix(name + "=") }
        return String(item?.dropFirst(name.count + 1) ?? "")
    }

    @Test("are in no log line, no error and no file of the data directory but the owner's own")
    func canaries() async throws {
        let (canaries, answers) = try await scatter()
        for canary in canaries {
            #expect(canary.text.utf8.count >= 16, "\(canary.name)")
            #expect(!server.logText.contains(canary.text), "The log holds the \(canary.name).")
            for answer in answers {
                #expect(!answer.text.contains(canary.text), "An answer holds the \(canary.name): \(answer)")
            }
        }
        for file in server.folder.files(below: "data") {
            let bytes = readBytes("\(server.folder.path)/\(file)") ?? []
            for canary in canaries { #expect(!Self.holds(bytes, canary.text), "\(file) holds the \(canary.name).") }
        }
        #expect(server.logText.contains("request answered"))
    }

    /// With the C library's functions: a collection's own search takes minutes under a sanitizer.
    private static func holds(_ bytes: [UInt8], _ text: String) -> Bool {
        let needle = Array(text.utf8)
        return bytes.withUnsafeBytes { all in
            guard var place = all.baseAddress, needle.count <= all.count else { return false }
            let end = place + all.count - needle.count + 1
            while place < end, let next = memchr(place, Int32(needle[0]), end - place) {
                if memcmp(next, needle, needle.count) == 0 { return true }
                place = UnsafeRawPointer(next) + 1
            }
            return false
        }
    }

    @Test("are not in the arguments and variables of the codec children")
    func children() async throws {
        let id = try server.process.pid
        let all = threads(of: id).flatMap { task in
            (readText("/proc/\(id)/task/\(task)/children") ?? "").split(separator: " ").compactMap { pid_t($0) }
        }
        #expect(!all.isEmpty, "The codec children were not found.")
        for child in all {
            #expect(readText("/proc/\(child)/cmdline")?.contains(Server.token) == false)
            #expect((readText("/proc/\(child)/environ") ?? "").contains("ARGENTUM_") == false)
        }
    }

    private func threads(of id: pid_t) -> [String] {
        guard let folder = opendir("/proc/\(id)/task") else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.first != "." { names.append(name) }
        }
        return names
    }

    @Test("lie in files and folders for the owner alone, whatever the umask")
    func modes() async throws {
        _ = try await server.addAndFinish(.photo())
        #expect(try mode(server.data) == 0o700)
        for file in server.folder.files(below: "data") {
            #expect(try mode("\(server.folder.path)/\(file)") & 0o077 == 0, "\(file)")
        }
        for folder in ["images", "tmp", "quarantine"] { #expect(try mode("\(server.data)/\(folder)") == 0o700) }
    }

    private func mode(_ path: String) throws -> mode_t {
        var info = stat()
        guard lstat(path, &info) == 0 else {
            if errno == ENOENT { return 0 }
            throw HarnessFailure("\(path): errno \(errno)")
        }
        return info.st_mode & 0o777
    }

    @Test("A stream of events ends with the token that opened it, before it tells of what happened after")
    func revokedListener() async throws {
        let made = try await server.client.post("/api/tokens", ["name": "ear", "scope": "read"])
        let listener = Client(port: try server.client.port, token: try await text("token", of: made))
        let stream = try await EventStream.open(listener, "types=image-created")
        let first = try server.id(await server.add(.photo(width: 24, height: 24)))
        _ = try await stream.first { $0.imageID == first }
        let id = try #require(try made.json["details"]?["id"]?.string)
        #expect(try await server.client.call("DELETE", "/api/tokens/\(id)").status == 204)
        let owner = try await EventStream.open(server.client, "types=image-created")
        let later = try await (0..<3).asyncMap { _ in try server.id(await server.add(.photo(width: 24, height: 24))) }
        _ = try await owner.first { $0.imageID == later.last }
        #expect(stream.all.allSatisfy { !later.contains($0.imageID ?? "") })
    }

    @Test("An event number as large as numbers get is answered, and the server lives")
    func largestEvent() async throws {
        for last in ["9223372036854775807", "9223372036854775806"] {
            let stream = try await EventStream.open(server.client, "after=\(last)")
            #expect(try await stream.first { _ in true }.type == "resync")
            let other = try await EventStream.open(server.client, headers: ["Last-Event-ID": last])
            #expect(try await other.first { _ in true }.type == "resync")
        }
        #expect(try await server.stranger.get("/livez").status == 200)
    }
}
