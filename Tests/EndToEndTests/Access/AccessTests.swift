import AgBase
import AgTesting
import Testing

@Suite("Access", .server(), .serverLog, .timeLimit(.minutes(1)))
struct AccessTests {
    let server: Server

    init() throws { server = try Server.ofSuite }

    func token(_ scope: String) async throws -> (client: Client, id: String) {
        let answer = try await server.client.post("/api/tokens", ["name": "test", "scope": .string(scope)])
        #expect(answer.status == 201, "\(answer)")
        let text = try #require(try answer.json["token"]?.string)
        let id = try #require(try answer.json["details"]?["id"]?.string)
        return (Client(port: try server.client.port, token: text), id)
    }

    static let calls: [(String, String)] = {
        let id = "\(UUIDv7.shared.next())"
        return [
            ("GET", "/api/images"), ("POST", "/api/images/upload"), ("GET", "/api/images/\(id)"),
            ("GET", "/api/images/\(id)/status"), ("DELETE", "/api/images/\(id)"), ("POST", "/api/images/\(id)/sign"),
            ("POST", "/api/images/\(id)/reprocess"), ("GET", "/api/images/\(id)/original"),
            ("GET", "/api/images/\(id)/thumbnail"), ("GET", "/api/images/\(id)/variants/small"),
            ("GET", "/api/sessions/x/images"), ("POST", "/api/uploads"), ("GET", "/api/events"), ("GET", "/api/jobs"),
            ("GET", "/api/jobs/status"), ("POST", "/api/jobs/pause"), ("GET", "/api/tokens"), ("POST", "/api/tokens"),
            ("GET", "/metrics"),
        ]
    }()

    @Test("without a token, or with a wrong one, is refused everywhere", arguments: calls)
    func nobody(_ method: String, _ path: String) async throws {
        let answer = try await server.stranger.call(method, path)
        try expectProblem(answer, 401, "unauthorized")
        #expect(answer["www-authenticate"]?.hasPrefix("Bearer") == true)
        let wrong = Client(port: try server.client.port, token: "ag_wrong-token-wrong-token-wrong")
        try expectProblem(await wrong.call(method, path), 401, "invalid-token")
    }

    @Test(
        "to the doors that stand open needs no token",
        arguments: ["/livez", "/readyz", "/", "/ui/app.js", "/api/session"])
    func open(_ path: String) async throws {
        #expect(try await server.stranger.get(path).status == 200)
    }

    @Test(
        "by another scheme or in pieces is refused",
        arguments: ["Basic YTpi", "Bearer", "Bearer ", "Bearer a b", "token"])
    func schemes(_ header: String) async throws {
        let answer = try await server.stranger.get("/api/images", headers: ["Authorization": header])
        #expect(answer.status == 401)
    }

    @Test("of scope read looks and does not touch")
    func read() async throws {
        let reader = try await token("read").client
        let id = try server.id(await server.addAndFinish(.photo()))
        for path in ["/api/images", "/api/images/\(id)", "/api/images/\(id)/thumbnail", "/api/jobs"] {
            #expect(try await reader.get(path).status == 200, "\(path)")
        }
        let picture = Picture.photo()
        let form = Client.Body.form(.of([(picture.name, picture.bytes)]))
        try expectProblem(await reader.call("POST", "/api/images/upload", form), 403, "scope-too-small")
        #expect(try await server.upload(picture).status == 201, "Nothing of the refused upload may be there.")
        for (method, path) in [
            ("DELETE", "/api/images/\(id)"), ("POST", "/api/uploads"), ("POST", "/api/images/\(id)/reprocess"),
            ("POST", "/api/jobs/pause"), ("GET", "/api/tokens"),
        ] {
            try expectProblem(await reader.call(method, path), 403, "scope-too-small")
        }
    }

    @Test("of scope write changes pictures and no tokens")
    func write() async throws {
        let writer = try await token("write").client
        let picture = Picture.photo()
        let answer = try await writer.call("POST", "/api/images/upload", .form(.of([(picture.name, picture.bytes)])))
        #expect(answer.status == 201)
        let id = try server.id(try #require(try answer.json["images"]?.array?.first))
        #expect(try await writer.call("DELETE", "/api/images/\(id)").status == 204)
        try expectProblem(await writer.get("/api/tokens"), 403, "scope-too-small")
        try expectProblem(await writer.post("/api/tokens", ["name": "more", "scope": "admin"]), 403, "scope-too-small")
    }

    @Test("ends with the token")
    func revoked() async throws {
        let (client, id) = try await token("read")
        #expect(try await client.get("/api/images").status == 200)
        #expect(try await server.client.call("DELETE", "/api/tokens/\(id)").status == 204)
        try expectProblem(await client.get("/api/images"), 401, "invalid-token")
        #expect(try await server.client.call("DELETE", "/api/tokens/\(id)").status == 404)
    }

    @Test("ends with the token's time")
    func expired() async throws {
        let answer = try await server.client.post("/api/tokens", ["name": "brief", "scope": "read", "expiresIn": 1])
        let client = Client(port: try server.client.port, token: try answer.json["token"]?.string)
        #expect(try await server.eventually(within: .seconds(10)) { try await client.get("/api/images").status == 401 })
    }

    @Test("stores no token as it is")
    func storedTokens() async throws {
        let (client, _) = try await token("read")
        let text = Array(try #require(client.token).utf8)
        for file in server.folder.files(below: "data") {
            let bytes = readBytes("\(server.folder.path)/\(file)") ?? []
            #expect(bytes.firstRange(of: text) == nil, "\(file) holds a token.")
        }
    }

    @Test("by cookie changes things only with the page's token, from the page's own origin")
    func crossSite() async throws {
        let signIn = try await server.stranger.post("/api/sign-in", ["token": .string(Server.token)])
        #expect(signIn.status == 200, "\(signIn)")
        let setting = try #require(signIn["set-cookie"])
        #expect(setting.contains("HttpOnly") && setting.contains("SameSite=Strict"))
        let cookie = String(setting.prefix { $0 != ";" })
        let proof = try #require(try signIn.json["csrfToken"]?.string)
        let stranger = try server.stranger
        #expect(try await stranger.get("/api/images", headers: ["Cookie": cookie]).status == 200)

        let form = Client.Body.form(.of([("a.jpg", Picture.photo().bytes)]))
        let path = "/api/images/upload"
        let refused: [KeyValuePairs<String, String>] = [
            ["Cookie": cookie], ["Cookie": cookie, "X-CSRF-Token": "wrong"],
            ["Cookie": cookie, "X-CSRF-Token": proof, "Sec-Fetch-Site": "cross-site"],
            ["Cookie": cookie, "X-CSRF-Token": proof, "Origin": "https://evil.example"],
        ]
        for headers in refused {
            let answer = try await stranger.call("POST", path, headers: headers, form)
            #expect(answer.status == 403, "\(headers)")
            #expect(["csrf-token-required", "cross-site"].contains(try answer.json["code"]?.string))
        }
        let taken = try await stranger.call(
            "POST", path,
            headers: ["Cookie": cookie, "X-CSRF-Token": proof, "Sec-Fetch-Site": "same-origin"], form)
        #expect(taken.status == 201)

        let out = try await stranger.call(
            "POST", "/api/sign-out", headers: ["Cookie": cookie, "X-CSRF-Token": proof])
        #expect(out.status == 204)
        #expect(try await stranger.get("/api/images", headers: ["Cookie": cookie]).status == 401)
    }

    @Test("by a sign-in link works once")
    func link() async throws {
        let made = try await server.client.post("/api/sign-in/links", [:])
        #expect(made.status == 201)
        let code = try #require(try made.json["url"]?.string?.split(separator: "#").last.map(String.init))
        #expect(try await server.stranger.post("/api/sign-in", ["code": .string(code)]).status == 200)
        try expectProblem(
            await server.stranger.post("/api/sign-in", ["code": .string(code)]), 401, "sign-in-refused")
    }

    @Test("to every answer comes with what keeps browsers safe")
    func securityHeaders() async throws {
        for path in ["/", "/api/images", "/livez", "/nothing"] {
            let answer = try await server.client.get(path)
            #expect(answer["x-content-type-options"] == "nosniff", "\(path)")
            #expect(answer["content-security-policy"]?.contains("default-src 'none'") == true, "\(path)")
        }
    }
}
