import AgBase
import AgTesting
import Testing

@Suite("A signed URL", .server(), .serverLog, .timeLimit(.minutes(1)))
struct SignedURLTests {
    let server: Server

    init() throws { server = try Server.ofSuite }

    func sign(_ id: String, _ variant: String, expiresIn: Int = 600) async throws -> String {
        let answer = try await server.client.post(
            "/api/images/\(id)/sign", ["variant": .string(variant), "expiresIn": .int(expiresIn)])
        #expect(answer.status == 200, "\(answer)")
        #expect(try answer.json["expiresAt"]?.string != nil)
        return try #require(try answer.json["url"]?.string)
    }

    func open(_ url: String) async throws -> Answer { try await server.stranger.get(url) }

    @Test(
        "shows its picture without a token",
        arguments: ["original", "thumbnail", "small", "small.webp", "medium.avif", "large.webp"])
    func works(_ variant: String) async throws {
        let id = try server.id(await server.addAndFinish(.photo()))
        let tail = variant == "original" || variant == "thumbnail" ? variant : "variants/\(variant)"
        let url = try await sign(id, variant)
        let answer = try await open(url)
        #expect(answer.status == 200, "\(answer)")
        #expect(answer.body == (try await server.client.get("/api/images/\(id)/\(tail)")).body)
        // A shared cache must not hand it out after the URL's time, which is ten minutes here.
        let words = try #require(answer["cache-control"]).split(separator: ", ").map(String.init)
        #expect(words.first == "public" && words.last == "immutable")
        let seconds = try #require(words.first { $0.hasPrefix("max-age=") }.flatMap { Int($0.dropFirst(8)) })
        #expect(500...600 ~= seconds)
        #expect(answer["cross-origin-resource-policy"] == "cross-origin")
        let head = try await server.stranger.call("HEAD", url)
        #expect(head.status == 200)
        let part = try await server.stranger.get(url, headers: ["Range": "bytes=0-3"])
        #expect(part.status == 206)
        let bare = try #require(url.split(separator: "?").first.map(String.init))
        #expect(try await open(bare).status == 401)
    }

    @Test("with any character of its signature changed is refused")
    func everyCharacter() async throws {
        let id = try server.id(await server.add(.photo()))
        let url = try await sign(id, "original")
        let signature = try #require(Self.value("signature", in: url))
        let connection = try await Connection.open(server.client.port)
        for index in signature.indices {
            var changed = signature
            let old = signature[index]
            changed.replaceSubrange(index...index, with: old == "A" ? "B" : "A")
            try await connection.send(server.stranger.request("GET", Self.with("signature", changed, in: url)))
            let answer = try await connection.answer()
            #expect(answer.status == 403, "\(changed)")
        }
        #expect(try await open(url).status == 200)
    }

    @Test("with anything else changed, added or left out is refused")
    func tampering() async throws {
        let id = try server.id(await server.addAndFinish(.photo()))
        let other = try server.id(await server.addAndFinish(.photo()))
        let url = try await sign(id, "small.webp")
        let expires = try #require(Self.value("expires", in: url).flatMap { Int64($0) })
        let key = try #require(Self.value("key", in: url))
        let signature = try #require(Self.value("signature", in: url))
        let changes = [
            url.replacing("small.webp", with: "large.webp"), url.replacing("small.webp", with: "small.avif"),
            url.replacing("variants/small.webp", with: "original"),
            url.replacing("variants/small.webp", with: "thumbnail"),
            url.replacing(id, with: other), url.replacing(id, with: id.uppercased()),
            Self.with("expires", "\(expires + 1)", in: url), Self.with("expires", "\(expires + 86_400_000)", in: url),
            Self.with("expires", "0\(expires)", in: url), Self.with("expires", "", in: url),
            Self.with("key", "00000000", in: url), Self.with("key", "", in: url), Self.with("v", "2", in: url),
            Self.with("signature", "", in: url), Self.with("signature", String(signature.dropLast()), in: url),
            Self.with("signature", signature + "A", in: url), url + "&download=1", url + "&v=1",
            url + "&expires=\(expires)",
            url + "&signature=\(signature)", url.replacing("v=1&", with: ""), url.replacing("&key=\(key)", with: ""),
            url.replacing("&expires=\(expires)", with: ""),
        ]
        for change in changes {
            #expect(change != url)
            let answer = try await open(change)
            #expect(answer.status == 403, "\(change): \(answer)")
            #expect(try answer.json["code"]?.string == "bad-signature")
        }
        #expect(try await open(url).status == 200)
    }

    @Test("does not open anything but its picture")
    func elsewhere() async throws {
        let id = try server.id(await server.add(.photo()))
        let query = try #require(try await sign(id, "original").split(separator: "?").last)
        for path in ["/api/images", "/api/images/\(id)", "/api/images/\(id)/status", "/api/jobs"] {
            #expect(try await open("\(path)?\(query)").status == 401, "\(path)")
        }
        #expect(try await server.stranger.call("DELETE", "/api/images/\(id)?\(query)").status == 401)
    }

    @Test("ends when its time is over")
    func expired() async throws {
        let id = try server.id(await server.add(.photo()))
        let url = try await sign(id, "original", expiresIn: 1)
        let ended = try await server.eventually(within: .seconds(10)) { try await open(url).status == 403 }
        #expect(ended)
        try expectProblem(await open(url), 403, "url-expired")
    }

    @Test("is good after a restart, for the key is kept")
    func restart() async throws {
        let own = try await Server.start()
        let id = try own.id(await own.add(.photo()))
        let answer = try await own.client.post("/api/images/\(id)/sign", ["variant": "original"])
        let url = try #require(try answer.json["url"]?.string)
        #expect(try await own.stop() == .code(0))
        try await own.start()
        #expect(try await own.stranger.get(url).status == 200)
        try await own.stop()
    }

    @Test("is not made for what does not exist or would live too long")
    func refusals() async throws {
        let id = try server.id(await server.add(.photo()))
        let path = "/api/images/\(id)/sign"
        try expectProblem(await server.client.post(path, ["variant": "huge"]), 422, "no-such-variant")
        for seconds in [0, -1, 7 * 86_400 + 1] as [Int] {
            let order: JSONValue = ["variant": "original", "expiresIn": .int(seconds)]
            try expectProblem(await server.client.post(path, order), 422, "invalid-body")
        }
        // Passed over, a misspelt minute would be the default hour.
        let misspelt: JSONValue = ["variant": "original", "expiresin": 60]
        try expectProblem(await server.client.post(path, misspelt), 422, "invalid-body")
        let nobody = "/api/images/\(UUIDv7.shared.next())/sign"
        try expectProblem(await server.client.post(nobody, ["variant": "original"]), 404, "no-such-image")
    }

    private static func value(_ name: String, in url: String) -> String? {
        url.split(separator: "?").last?.split(separator: "&").first { $0.hasPrefix("\(name)=") }
            .map { String($0.dropFirst(name.count + 1)) }
    }

    private static func with(_ name: String, _ value: String, in url: String) -> String {
        let old = self.value(name, in: url) ?? ""
        return url.replacing("\(name)=\(old)", with: "\(name)=\(value)")
    }
}
