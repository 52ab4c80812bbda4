import AgBase
import AgTesting
import Testing

@Suite("A picture made on the fly", .server(on: [.sqlite]), .serverLog, .timeLimit(.minutes(2)))
struct RenderTests {
    let server: Server

    init() throws { server = try Server.ofSuite }

    func render(_ id: String, _ query: String, accept: String? = nil) async throws -> Answer {
        let headers: KeyValuePairs<String, String> = accept.map { ["Accept": $0] } ?? [:]
        return try await server.client.get("/api/images/\(id)/render?\(query)", headers: headers)
    }

    func sign(_ id: String, _ order: JSONValue) async throws -> Answer {
        try await server.client.post("/api/images/\(id)/sign", order)
    }

    @Test("has the size, the fit and the format that were asked for, before and after there are variants")
    func sizes() async throws {
        let id = try server.id(await server.add(.photo(width: 900, height: 600)))
        let cases: [(query: String, size: [Int], bands: Int, type: String)] = [
            ("w=320", [320, 213], 3, "image/webp"), ("h=96", [144, 96], 3, "image/webp"),
            ("w=256&h=256", [256, 171], 3, "image/webp"), ("w=256&h=256&fit=cover", [256, 256], 3, "image/webp"),
            ("w=256&h=256&fit=contain&format=png", [256, 256], 4, "image/png"),
            ("w=256&h=256&fit=contain&format=jpeg", [256, 256], 3, "image/jpeg"),
            ("w=128&format=avif&q=60", [128, 85], 3, "image/avif"), ("w=2048", [900, 600], 3, "image/webp"),
            ("w=64&h=32&fit=cover&format=jpeg&q=50", [64, 32], 3, "image/jpeg"),
        ]
        for (query, size, bands, type) in cases {
            let answer = try await render(id, query)
            #expect(answer.status == 200 && answer["content-type"] == type, "\(query): \(answer)")
            let look = try #require(Vips.look(answer.body), "\(query)")
            #expect([look.width, look.height] == size && look.bands == bands, "\(query): \(look)")
        }
        try await server.finish(id)
        for (query, size, _, _) in cases {
            let look = try #require(Vips.look(try await render(id, query).body), "\(query)")
            #expect([look.width, look.height] == size, "\(query): \(look)")
        }
    }

    @Test("comes in AVIF for those who name it and in WebP for others, and caches are told")
    func negotiation() async throws {
        let id = try server.id(await server.add(.photo()))
        for (accept, type) in [
            (nil, "image/webp"), ("*/*", "image/webp"), ("image/avif,image/webp,*/*;q=0.8", "image/avif"),
            ("image/avif;q=0", "image/webp"),
        ] as [(String?, String)] {
            let answer = try await render(id, "w=96", accept: accept)
            #expect(answer["content-type"] == type && answer["vary"]?.lowercased() == "accept", "\(answer)")
        }
        let named = try await render(id, "w=96&format=webp", accept: "image/avif")
        #expect(named["content-type"] == "image/webp" && named["vary"] == nil)
    }

    @Test("in another than a preset size is for signed URLs alone")
    func presets() async throws {
        let id = try server.id(await server.add(.photo()))
        for query in ["w=321", "h=97", "w=96&h=97", "w=96&q=81"] {
            let problem = try expectProblem(await render(id, query), 403, "size-not-allowed")
            #expect(problem["detail"]?.string?.contains(query.contains("q=") ? "50, 60" : "16, 32") == true)
        }
        let target = "/api/images/\(id)/render?w=96"
        try expectProblem(await server.stranger.get(target), 401, "unauthorized")
    }

    @Test("in any size has a signature over all of it")
    func signed() async throws {
        let id = try server.id(await server.add(.photo(width: 900, height: 600)))
        let answer = try await sign(
            id,
            ["variant": "render", "w": 333, "h": 77, "fit": "cover", "format": "jpeg", "q": 33, "expiresIn": 600])
        let url = try #require(try answer.json["url"]?.string, "\(answer)")
        let picture = try await server.stranger.get(url)
        let look = try #require(Vips.look(picture.body), "\(picture)")
        #expect([look.width, look.height] == [333, 77] && picture["content-type"] == "image/jpeg")
        #expect(picture["cache-control"]?.hasPrefix("public, max-age=") == true)
        for (from, to) in [
            ("w=333", "w=334"), ("h=77", "h=78"), ("fit=cover", "fit=contain"), ("format=jpeg", "format=png"),
            ("q=33", "q=34"), ("&q=33", ""), ("w=333", "w=333&w=333"), ("/render", "/original"),
        ] {
            let change = url.replacing(from, with: to)
            #expect(change != url)
            try expectProblem(await server.stranger.get(change), 403, "bad-signature")
        }
        let open = try await sign(id, ["variant": "render", "h": 50])
        let negotiated = try await server.stranger.get(
            try #require(try open.json["url"]?.string), headers: ["Accept": "image/avif"])
        #expect(negotiated["content-type"] == "image/avif" && negotiated["vary"]?.lowercased() == "accept")
    }

    @Test("is not signed beyond the bounds")
    func unsignable() async throws {
        let id = try server.id(await server.add(.photo()))
        let orders: [JSONValue] = [
            ["variant": "render"], ["variant": "render", "w": 0], ["variant": "render", "w": 4_097],
            ["variant": "render", "w": 10, "h": -1], ["variant": "render", "w": 10, "q": 101],
            ["variant": "render", "w": 10, "fit": "fill"], ["variant": "render", "w": 10, "format": "gif"],
            ["variant": "small", "w": 10], ["variant": "render", "w": "10"], ["variant": "render", "width": 10],
        ]
        for order in orders { try expectProblem(await sign(id, order), 422, "invalid-body") }
    }

    @Test(
        "that cannot be is refused with the name of what is wrong",
        arguments: [
            ("", "w"), ("fit=cover", "w"), ("w=0", "w"), ("w=4097", "w"), ("w=-5", "w"), ("w=1e2", "w"), ("h=+64", "h"),
            ("w=64&fit=fill", "fit"), ("w=64&format=gif", "format"), ("w=64&q=0", "q"), ("w=64&q=101", "q"),
            ("w=99999999999999999999", "w"), ("w=", "w"),
        ])
    func wrong(_ query: String, _ subject: String) async throws {
        let id = try server.id(await server.add(.photo()))
        let problem = try expectProblem(await render(id, query), 400, "invalid-query")
        #expect(problem["errors"]?.array?.first?["subject"]?.string == subject)
    }

    @Test("is gone with its image")
    func deleted() async throws {
        let id = try server.id(await server.add(.photo()))
        #expect(try await render(id, "w=96").status == 200)
        #expect(try await server.client.call("DELETE", "/api/images/\(id)").status == 204)
        try expectProblem(await render(id, "w=96"), 404, "no-such-image")
        #expect(server.folder.files(below: "data/renders").allSatisfy { !$0.contains(id) })
    }

    @Test("is told of in the numbers for monitoring")
    func metrics() async throws {
        let id = try server.id(await server.add(.photo()))
        _ = try await render(id, "w=48")
        let text = try await server.client.get("/metrics").text
        for name in ["variant", "hit", "miss", "made", "refused", "failed"] {
            #expect(text.contains("argentum_renders_total{outcome=\"\(name)\"}"))
        }
        for name in ["under_way"] { #expect(text.contains("argentum_renders_\(name) ")) }
        for name in ["bytes", "files"] { #expect(text.contains("argentum_render_cache_\(name) ")) }
    }
}

/// Its server is its own: what others have made would be counted too.
@Suite("A picture that was made on the fly before", .server(on: [.sqlite]), .serverLog, .timeLimit(.minutes(1)))
struct RenderCacheTests {
    let server: Server

    init() throws { server = try Server.ofSuite }

    @Test("is made once; what a client has is not sent again, nor made again to find that out")
    func caching() async throws {
        let image = try await server.add(.photo(width: 900, height: 600))
        let id = try server.id(image)
        let target = "/api/images/\(id)/render?w=480&format=webp"
        let first = try await server.client.get(target)
        let tag = try #require(first["etag"])
        #expect(first["cache-control"] == "private, no-cache" && first["accept-ranges"] == "bytes")
        let made = try await count("made")

        let again = try await server.client.get(target)
        #expect(again.body == first.body && again["etag"] == tag)
        let same = try await server.client.get(target, headers: ["If-None-Match": tag])
        #expect(same.status == 304 && same.body.isEmpty && same["etag"] == tag)
        let part = try await server.client.get(target, headers: ["Range": "bytes=0-3"])
        #expect(part.status == 206 && part.text == "RIFF")
        let head = try await server.client.call("HEAD", target)
        #expect(head.status == 200 && head["content-length"] == "\(first.body.count)")
        let versioned = try await server.client.get("\(target)&v=\(image["generation"]?.int ?? 0)")
        #expect(versioned["cache-control"] == "private, max-age=31536000, immutable")
        #expect(try await count("made") == made)
    }

    /// A number of `/metrics`.
    private func count(_ outcome: String) async throws -> Int {
        let text = try await server.client.get("/metrics").text
        let line = text.split(separator: "\n").first {
            $0.hasPrefix("argentum_renders_total{outcome=\"\(outcome)\"}")
        }
        return try #require(line?.split(separator: " ").last.flatMap { Int($0) })
    }
}

@Suite(
    "A rush for pictures", .server("--render-queue", "1", "--codecs", "1", on: [.sqlite]), .serverLog,
    .timeLimit(.minutes(2)))
struct RenderRushTests {
    @Test("is told to come back when the line is full, and the pictures are there later")
    func rush() async throws {
        let server = try Server.ofSuite
        let client = try server.client
        let id = try server.id(await server.add(.photo(width: 2_400, height: 1_600)))
        let sizes = [128, 256, 320, 384, 480, 640, 750, 828, 1_024, 1_080, 1_200, 1_440]
        let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
            for size in sizes {
                group.addTask { try await client.get("/api/images/\(id)/render?w=\(size)&format=avif&q=90") }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let refused = answers.filter { $0.status == 429 }
        #expect(!refused.isEmpty && answers.contains { $0.status == 200 })
        #expect(answers.allSatisfy { [200, 429].contains($0.status) })
        for answer in refused {
            try expectProblem(answer, 429, "render-queue-full")
            #expect(try #require(answer["retry-after"].flatMap { Int($0) }) >= 1)
        }
        for size in sizes {
            let isThere = try await server.eventually(within: .seconds(30)) {
                try await client.get("/api/images/\(id)/render?w=\(size)&format=avif&q=90").status == 200
            }
            #expect(isThere, "\(size)")
        }
    }
}
