import AgBase
import AgTesting
import Testing

@Suite("Authority", .server(), .serverLog, .timeLimit(.minutes(2)))
struct AuthorityTests {
    let server: Server

    init() throws { server = try Server.ofSuite }

    /// A token that will be revoked, and its id.
    private func leaked(_ order: JSONValue = ["name": "leaked", "scope": "admin"]) async throws -> (Client, String) {
        let made = try await server.client.post("/api/tokens", order)
        let text = try #require(try made.json["token"]?.string)
        return (
            Client(port: try server.client.port, token: text), try #require(try made.json["details"]?["id"]?.string)
        )
    }

    /// A body that would have an effect, for each call that takes one. A new route needs a line here.
    private func body(_ call: String, _ picture: Picture) -> Client.Body? {
        switch call {
        case "POST /api/images/upload": .form(.of([(picture.name, picture.bytes)]))
        case "POST /api/images/{id}/reprocess": .json(["only": ["variants"]])
        case "POST /api/images/{id}/sign": .json(["variant": "original", "expiresIn": 604_800])
        case "PUT /api/images/{id}/content": .bytes(picture.bytes, type: picture.mediaType)
        case "PUT /api/images/{id}/alias": .json(["alias": "mine:for-ever"])
        case "POST /api/uploads": .json(["expiresIn": 86_400])
        case "POST /api/jobs/pause", "POST /api/jobs/resume": .json(["kind": "generate-metadata"])
        case "POST /api/tokens": .json(["name": "mine for ever", "scope": "admin"])
        case "POST /api/items": .json(["name": "intruder"])
        case "PUT /api/items/{uuid}", "PATCH /api/items/{uuid}": .json(["name": "intruder"])
        case "POST /api/items/import": .json([["name": "intruder"]])
        case "POST /api/items/images/resolve": .json(["uuids": ["kept"]])
        case "PUT /api/items/{uuid}/images/{side}", "PUT /api/pattern-rules/{id}/images/{side}":
            .bytes(picture.bytes, type: "application/octet-stream")
        case "POST /api/items/{uuid}/promote": .json(["keywords": "intruder"])
        case "POST /api/pattern-rules", "PUT /api/pattern-rules/{id}": .json(["keywords": "intruder"])
        case "PUT /api/pattern-rules": .json(["builtIn": "all"])
        case "POST /api/pattern-rules/match": .json(["names": ["kept"]])
        case "PATCH /api/tokens/{id}": .json(["name": "renamed"])
        default: nil
        }
    }

    /// Everything that a call could change.
    private func state() async throws -> [String] {
        let tokens = try await server.json("/api/tokens")["tokens"]?.array ?? []
        let kinds = try await server.json("/api/jobs/status")["kinds"]?.array ?? []
        let items = try await server.json("/api/items")["items"]?.array ?? []
        let rules = try await server.json("/api/pattern-rules")
        return [
            "\(try await Traces(server))", items.map(\.text).joined(separator: ","), rules.text,
            tokens.compactMap { $0["name"]?.string }.filter { $0 != "leaked" }.joined(separator: ","),
            kinds.map { "\($0["kind"]?.text ?? "") \($0["isPaused"]?.text ?? "")" }.joined(separator: ","),
        ]
    }

    @Test("that is revoked while the body is under way changes nothing, on every route that takes a body")
    func everyRoute() async throws {
        let image = try server.id(await server.addAndFinish(.photo()))
        let other = try await leaked(["name": "other", "scope": "read"]).1
        #expect(try await server.client.post("/api/items", ["uuid": "kept", "name": "kept"]).status == 201)
        let made = try await server.client.post("/api/pattern-rules", ["keywords": "kept", "text": "kept"])
        let rule = try #require(try made.json["id"]?.string, "\(made)")
        let before = try await state()
        let paths = try await server.json("/openapi.json")["paths"]?.members ?? []
        for path in paths {
            for method in path.value.members ?? [] where method.value["requestBody"] != nil {
                // Calls without a credential have none that could end.
                guard method.value["security"]?.array?.isEmpty == false else { continue }
                let call = "\(method.name.uppercased()) \(path.name)"
                let body = try #require(self.body(call, .photo()), "\(call) needs a body in this test")
                let id = call.contains("tokens") ? other : call.contains("pattern-rules") ? rule : image
                let target = path.name.replacing("{id}", with: id).replacing("{uuid}", with: "kept")
                    .replacing("{side}", with: "obverse")
                let answer = try await held(method.name.uppercased(), target, body)
                #expect(answer.status == 401, "\(call): \(answer)")
            }
        }
        #expect(try await state() == before)
    }

    /// Waits until the call is admitted, sends all of the body but its last byte, has the token revoked, and sends that byte.
    private func held(_ method: String, _ target: String, _ body: Client.Body) async throws -> Answer {
        let (client, id) = try await leaked()
        let bytes = client.request(method, target, headers: ["Expect": "100-continue"], body)
        let head = try #require(bytes.firstRange(of: Array("\r\n\r\n".utf8))).upperBound
        let connection = try await Connection.open(client.port)
        try await connection.send(Array(bytes[..<head]))
        // Sent when the handler of the admitted call asks for its body; a refusal would be the first answer.
        let interim = try await connection.bytes()
        try #require(String(decoding: interim, as: UTF8.self).hasPrefix("HTTP/1.1 100"))
        try await connection.send(Array(bytes[head...].dropLast()))
        #expect(try await server.client.call("DELETE", "/api/tokens/\(id)").status == 204)
        try await connection.send(Array(bytes.suffix(1)))
        return try await connection.answer()
    }

    @Test("A stream that has nothing to tell ends within a second of its token, its session or its time")
    func idleStreams() async throws {
        let (listener, id) = try await leaked(["name": "ear", "scope": "read"])
        try await expectEnd(of: EventStream.open(listener, "types=image-deleted")) {
            let gone = try await server.client.call("DELETE", "/api/tokens/\(id)")
            #expect(gone.status == 204)
        }
        let brief = try await leaked(["name": "brief", "scope": "read", "expiresIn": 2]).0
        try await expectEnd(of: EventStream.open(brief, "types=image-deleted"), after: .seconds(2)) {}

        let signIn = try await server.stranger.post("/api/sign-in", ["token": .string(Server.token)])
        let cookie = String(try #require(signIn["set-cookie"]).prefix { $0 != ";" })
        let proof = try #require(try signIn.json["csrfToken"]?.string)
        let stream = try await EventStream.open(server.stranger, "types=image-deleted", headers: ["Cookie": cookie])
        try await expectEnd(of: stream) {
            let out = try await server.stranger.call(
                "POST", "/api/sign-out", headers: ["Cookie": cookie, "X-CSRF-Token": proof])
            #expect(out.status == 204)
        }
    }

    private func expectEnd(
        of stream: EventStream, after delay: Duration = .zero, _ end: () async throws -> Void
    ) async throws {
        #expect(stream.hasEnded == false)
        try await end()
        // Some seconds more for a busy machine; without the end being noticed it would be half a minute.
        #expect(try await server.eventually(within: delay + .seconds(5)) { stream.hasEnded })
    }
}
