import AgBase
import AgTesting
import Testing

@Suite("An upload URL", .server(), .serverLog, .timeLimit(.minutes(1)))
struct GrantTests {
    let server: Server

    init() throws { server = try Server.ofSuite }

    func grant(_ order: JSONValue = [:]) async throws -> String {
        let answer = try await server.client.post("/api/uploads", order)
        #expect(answer.status == 201, "\(answer)")
        #expect(try answer.json["uploadId"]?.string != nil)
        #expect(try answer.json["expiresAt"]?.string != nil)
        return try #require(try answer.json["uploadUrl"]?.string)
    }

    func use(_ url: String, _ bytes: [UInt8], method: String = "PUT") async throws -> Answer {
        try await server.stranger.call(method, url, .bytes(bytes, type: "application/octet-stream"))
    }

    /// Neither a file nor a row: the disk does not hold the bytes, and an upload of them is news.
    func expectNotStored(_ picture: Picture, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let isGone = try await server.eventually(within: .seconds(10)) { server.originals(of: picture).isEmpty }
        #expect(isGone, sourceLocation: sourceLocation)
        #expect(try await server.upload(picture).status == 201, sourceLocation: sourceLocation)
    }

    @Test("does not tell what somebody else called the same bytes")
    func names() async throws {
        let picture = Picture.photo(named: "secret-plan.jpg")
        _ = try await server.add(picture)
        let answer = try await use(try await grant(), picture.bytes)
        #expect(answer.status == 200)
        #expect(try answer.json["isNew"]?.bool == false)
        #expect(!answer.text.contains("secret-plan"))
    }

    @Test("takes one picture without a token", arguments: ["PUT", "POST"])
    func once(_ method: String) async throws {
        let picture = Picture.photo()
        let answer = try await use(try await grant(["sessionId": "granted"]), picture.bytes, method: method)
        #expect(answer.status == 201)
        let image = try answer.json
        #expect(image["storageId"]?.string != nil)
        #expect(image["isNew"]?.bool == true)
        #expect(image["sha256"]?.string == picture.sha256)
        let details = try await server.finish(try server.id(image))
        #expect(details["sessions"]?.array == ["granted"])
    }

    @Test("answers 200 for bytes that are there already")
    func known() async throws {
        let picture = Picture.photo()
        let id = try server.id(await server.add(picture))
        let answer = try await use(try await grant(), picture.bytes)
        #expect(answer.status == 200)
        #expect(try answer.json["isNew"]?.bool == false)
        #expect(try answer.json["imageId"]?.string == id)
    }

    @Test("is good for one use")
    func secondUse() async throws {
        let url = try await grant()
        #expect(try await use(url, Picture.photo().bytes).status == 201)
        let other = Picture.photo()
        try expectProblem(await use(url, other.bytes), 409, "grant-used")
        try await expectNotStored(other)
    }

    @Test("used by many at once lets one through")
    func race() async throws {
        let url = try await grant()
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<8 { group.addTask { try await use(url, Picture.photo(width: 48, height: 32).bytes).status } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        // 409 for whoever comes after it was used, 429 for whoever comes while two are at it.
        #expect(statuses.count { $0 == 201 } == 1, "\(statuses)")
        #expect(statuses.allSatisfy { [201, 409, 429].contains($0) }, "\(statuses)")
    }

    @Test("ends when its time is over")
    func expired() async throws {
        let url = try await grant(["expiresIn": 1])
        let picture = Picture.photo()
        // The answer to a body that is no picture tells the state of the grant without using it up.
        let ended = try await server.eventually(within: .seconds(10)) {
            try await use(url, BadPicture.text).json["code"]?.string == "grant-expired"
        }
        #expect(ended)
        try expectProblem(await use(url, picture.bytes), 410, "grant-expired")
        try await expectNotStored(picture)
    }

    @Test("ends after ten bodies that are no picture")
    func exhausted() async throws {
        let url = try await grant()
        for _ in 0..<10 { #expect(try await use(url, BadPicture.text).status == 422) }
        let picture = Picture.photo()
        try expectProblem(await use(url, picture.bytes), 410, "grant-exhausted")
        try await expectNotStored(picture)
    }

    @Test("ends with the token that made it, also while its body is under way")
    func revoked() async throws {
        let made = try await server.client.post("/api/tokens", ["name": "front end", "scope": "write"]).json
        let id = try #require(made["details"]?["id"]?.string)
        let holder = Client(port: try server.client.port, token: made["token"]?.string)
        let url = try #require(try await holder.post("/api/uploads", [:]).json["uploadUrl"]?.string)

        let picture = Picture.photo()
        let request = try server.stranger.request("PUT", url, .bytes(picture.bytes, type: "image/jpeg"))
        let connection = try await Connection.open(server.client.port)
        try await connection.send(Array(request.dropLast(100)))
        // Its seat is taken once its body is being read.
        let isUnderWay = try await server.eventually(within: .seconds(10)) {
            server.pictureFiles.contains { $0.hasSuffix(".part") }
        }
        #expect(isUnderWay)
        #expect(try await server.client.call("DELETE", "/api/tokens/\(id)").status == 204)
        try await connection.send(Array(request.suffix(100)))
        try expectProblem(await connection.answer(), 410, "grant-revoked")
        connection.hangUp()
        try expectProblem(await use(url, picture.bytes), 410, "grant-revoked")
        try await expectNotStored(picture)
    }

    @Test("bound to a hash takes those bytes only, and stays good after a refusal")
    func hash() async throws {
        let (promised, other) = (Picture.photo(), Picture.photo())
        let url = try await grant(["sha256": .string(promised.sha256)])
        try expectProblem(await use(url, other.bytes), 422, "hash-mismatch")
        try await expectNotStored(other)
        #expect(try await use(url, promised.bytes).status == 201)
    }

    @Test("bound to a type goes by what the bytes are")
    func type() async throws {
        let (png, jpeg) = (Picture.of(.png), Picture.photo())
        let url = try await grant(["contentType": "image/png"])
        try expectProblem(await use(url, jpeg.bytes), 422, "type-mismatch")
        try await expectNotStored(jpeg)
        #expect(try await use(url, png.bytes).status == 201)
    }

    @Test("bound to a size refuses one byte more")
    func size() async throws {
        let picture = Picture.photo()
        let tight = try await grant(["maxBytes": .int(picture.bytes.count - 1)])
        let refused = try await use(tight, picture.bytes)
        #expect(refused.status == 413, "\(refused)")
        try await expectNotStored(picture)
        let other = Picture.photo()
        let wide = try await grant(["maxBytes": .int(other.bytes.count)])
        #expect(try await use(wide, other.bytes).status == 201)
    }

    @Test("takes nothing that is no picture")
    func noPicture() async throws {
        let url = try await grant()
        try expectProblem(await use(url, BadPicture.text), 422, "not-a-picture")
        try expectProblem(await use(url, []), 422, "empty-file")
    }

    @Test("is of no use with another secret, without one, or under another id")
    func secrets() async throws {
        let url = try await grant()
        let parts = url.split(separator: "?").map(String.init)
        try #require(parts.count == 2)
        let (path, query) = (parts[0], parts[1])
        let changed = query.dropLast() + (query.last == "A" ? "B" : "A")
        for wrong in ["\(path)?\(changed)", path, "/api/uploads/\(UUIDv7.shared.next())?\(query)"] {
            #expect(try await use(wrong, Picture.photo().bytes).status == 404, "\(wrong)")
        }
        #expect(try await use(url, Picture.photo().bytes).status == 201)
    }

    @Test(
        "is not made for an order that makes no sense",
        arguments: [
            (["expiresIn": 0], "invalid-body"), (["expiresIn": 86_401], "invalid-body"), (["maxBytes": 0], "bad-grant"),
            (["sha256": "abc"], "invalid-body"), (["contentType": "image/svg+xml"], "unknown-content-type"),
            (["maxBytes": "many"], "invalid-body"), (["sha265": "abc"], "invalid-body"),
        ] as [(JSONValue, String)])
    func nonsense(_ order: JSONValue, _ code: String) async throws {
        try expectProblem(await server.client.post("/api/uploads", order), 422, code)
    }

    @Test("with a misspelt member is not made, and says what was probably meant")
    func misspelt() async throws {
        let hash = JSONValue.string(Picture.photo().sha256)
        let problem = try expectProblem(
            await server.client.post("/api/uploads", ["sha265": hash]), 422, "invalid-body")
        #expect(problem["errors"]?.array?.first?["subject"]?.string == "sha265")
        #expect(problem["detail"]?.string?.contains("did you mean 'sha256'?") == true)
    }
}
