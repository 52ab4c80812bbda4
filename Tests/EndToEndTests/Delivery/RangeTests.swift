import AgBase
import AgTesting
import Testing

/// Large enough that the server sends the original from its file, while the thumbnail comes from the database.
@Suite("Bytes", .server(on: [.sqlite]), .serverLog, .timeLimit(.minutes(1)))
struct RangeTests {
    let server: Server

    init() throws { server = try Server.ofSuite }

    enum Target: String, CaseIterable, Sendable {
        case original, thumbnail, variant

        var tail: String { self == .variant ? "variants/small.webp" : rawValue }
    }

    func target(_ target: Target) async throws -> (path: String, whole: Answer) {
        let id = try server.id(await server.addAndFinish(.photo(width: 640, height: 480)))
        let path = "/api/images/\(id)/\(target.tail)"
        let whole = try await server.client.get(path)
        #expect(whole.status == 200)
        #expect(whole["accept-ranges"] == "bytes")
        #expect(whole["content-length"] == "\(whole.body.count)")
        return (path, whole)
    }

    @Test("come in the range that is asked for", arguments: Target.allCases)
    func ranges(_ kind: Target) async throws {
        let (path, whole) = try await target(kind)
        let size = whole.body.count
        let cases: [(range: String, bytes: Range<Int>)] = [
            ("bytes=0-0", 0..<1), ("bytes=0-99", 0..<100), ("bytes=100-", 100..<size), ("bytes=-50", size - 50..<size),
            ("bytes=5-\(size * 2)", 5..<size), ("bytes=-\(size * 2)", 0..<size),
            ("bytes=\(size - 1)-", size - 1..<size),
        ]
        for (range, bytes) in cases {
            let answer = try await server.client.get(path, headers: ["Range": range])
            #expect(answer.status == 206, "\(range): \(answer)")
            #expect(answer.body == Array(whole.body[bytes]), "\(range)")
            #expect(answer["content-range"] == "bytes \(bytes.lowerBound)-\(bytes.upperBound - 1)/\(size)")
            #expect(answer["etag"] == whole["etag"])
        }
    }

    @Test("outside of the content are refused with its length", arguments: Target.allCases)
    func outside(_ kind: Target) async throws {
        let (path, whole) = try await target(kind)
        for range in ["bytes=\(whole.body.count)-", "bytes=999999999-", "bytes=-0"] {
            let answer = try await server.client.get(path, headers: ["Range": range])
            try expectProblem(answer, 416, "range-not-satisfiable")
            #expect(answer["content-range"] == "bytes */\(whole.body.count)")
        }
    }

    @Test(
        "come whole for ranges that mean nothing or several",
        arguments: [
            "bytes=9-3", "bytes=a-b", "bytes=", "octets=0-1", "bytes=0-1,5-6", "bytes=99999999999999999999999-",
        ])
    func meaningless(_ range: String) async throws {
        let (path, whole) = try await target(.original)
        let answer = try await server.client.get(path, headers: ["Range": range])
        if range.hasPrefix("bytes=999") {
            #expect([200, 416].contains(answer.status))
        } else {
            #expect(answer.status == 200)
            #expect(answer.body == whole.body)
        }
    }

    @Test("are not sent again to those who have them", arguments: Target.allCases)
    func notModified(_ kind: Target) async throws {
        let (path, whole) = try await target(kind)
        let tag = try #require(whole["etag"])
        #expect(tag.hasPrefix("\"") && tag.hasSuffix("\""), "The tag must be strong.")
        for known in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
            let answer = try await server.client.get(path, headers: ["If-None-Match": known])
            #expect(answer.status == 304, "\(known)")
            #expect(answer.body.isEmpty)
            #expect(answer["etag"] == tag)
            #expect(answer["cache-control"] == whole["cache-control"])
        }
        #expect(try await server.client.get(path, headers: ["If-None-Match": "\"other\""]).status == 200)
    }

    @Test("continue only when they are still the same", arguments: Target.allCases)
    func ifRange(_ kind: Target) async throws {
        let (path, whole) = try await target(kind)
        let tag = try #require(whole["etag"])
        let same = try await server.client.get(path, headers: ["Range": "bytes=10-19", "If-Range": tag])
        #expect(same.status == 206)
        #expect(same.body == Array(whole.body[10..<20]))
        for stale in ["\"other\"", "W/\(tag)", "Fri, 20 Nov 2026 12:00:00 GMT"] {
            let answer = try await server.client.get(path, headers: ["Range": "bytes=10-19", "If-Range": stale])
            #expect(answer.status == 200, "\(stale)")
            #expect(answer.body == whole.body)
        }
    }

    @Test("stay behind for HEAD, which has all the headers", arguments: Target.allCases)
    func head(_ kind: Target) async throws {
        let (path, whole) = try await target(kind)
        let connection = try await Connection.open(server.client.port)
        try await connection.send(server.client.request("HEAD", path))
        let answer = try await connection.answer(isHead: true)
        #expect(answer.status == 200)
        for name in ["content-length", "content-type", "etag", "cache-control", "accept-ranges"] {
            #expect(answer[name] == whole[name], "\(name)")
        }
        // Anything sent as a body would be taken for the next answer.
        try await connection.send(server.client.request("GET", path))
        #expect(try await connection.answer().body == whole.body)
    }

    @Test("may be kept for ever only under a URL that names their generation", arguments: Target.allCases)
    func caching(_ kind: Target) async throws {
        let (path, whole) = try await target(kind)
        #expect(whole["cache-control"] == "private, no-cache")
        let versioned = try await server.client.get("\(path)?v=1")
        #expect(versioned["cache-control"] == "private, max-age=31536000, immutable")
        #expect(try await server.client.get("\(path)?v=2")["cache-control"] == "private, no-cache")
    }

    @Test("under the URLs in answers may be kept for ever")
    func urlsInAnswers() async throws {
        let details = try await server.addAndFinish(.photo())
        var urls = [details["url"], details["thumbnailUrl"]] + (details["variants"]?.array ?? []).map { $0["url"] }
        for format in ["webp", "avif"] {
            let set = details["srcset"]?[format]?.string ?? ""
            #expect(!set.isEmpty)
            urls += set.split(separator: ", ").map { .string(String($0.prefix { $0 != " " })) }
        }
        for url in urls {
            let answer = try await server.client.get(try #require(url?.string))
            #expect(answer.status == 200)
            #expect(answer["cache-control"] == "private, max-age=31536000, immutable", "\(url?.text ?? "")")
        }
    }

    @Test("have the same tag on every server, for it comes from the content")
    func tagOfContent() async throws {
        let picture = Picture.photo()
        let first = try server.id(await server.add(picture))
        let second = try server.id(await server.add(picture, fields: [("fixedId", "\(UUIDv7.shared.next())")]))
        let tags = try await [first, second].asyncMap {
            try await server.client.get("/api/images/\($0)/original")["etag"]
        }
        #expect(tags[0] != nil && tags[0] == tags[1])
    }
}

extension Sequence where Element: Sendable {
    /// One after the other.
    func asyncMap<Result>(_ body: (Element) async throws -> Result) async rethrows -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await body(element)) }
        return results
    }
}
