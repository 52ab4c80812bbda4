import AgBase
import AgTesting
import Testing

@Suite("The list of images", .server(), .serverLog, .timeLimit(.minutes(2)))
struct ListTests {
    let server: Server

    init() throws { server = try Server.ofSuite }

    static func tiny() -> Picture { .photo(width: 16, height: 12) }

    func page(_ query: String) async throws -> (ids: [String], next: String?) {
        let page = try await server.json("/api/images?\(query)")
        #expect(page["next"] != nil, "`next` is there on every page, and null on the last.")
        return (page["images"]?.array?.compactMap { $0["imageId"]?.string } ?? [], page["next"]?.string)
    }

    @Test("is walked without a gap and without a double while others are added")
    func walk() async throws {
        var expected: [String] = []
        for _ in 0..<25 {
            expected.insert(try server.id(await server.add(Self.tiny(), fields: [("sessionId", "walk")])), at: 0)
        }
        var walked: [String] = []
        var cursor: String?
        var pages = 0
        repeat {
            let (ids, next) = try await page("sessionId=walk&limit=4" + (cursor.map { "&cursor=\($0)" } ?? ""))
            #expect(ids.count <= 4)
            walked += ids
            cursor = next
            pages += 1
            _ = try await server.add(Self.tiny(), fields: [("sessionId", "walk")])
        } while cursor != nil && pages < 20
        #expect(walked == expected)
        #expect(pages == 7)
    }

    @Test("counts only when asked to")
    func counting() async throws {
        for _ in 0..<3 { _ = try await server.add(Self.tiny(), fields: [("sessionId", "counted")]) }
        let counted = try await server.json("/api/images?sessionId=counted&count=exact&limit=2")
        #expect(counted["total"]?.int == 3)
        #expect(counted["images"]?.array?.count == 2)
        #expect(try await server.json("/api/images?sessionId=counted")["total"] == nil)
    }

    @Test("can be limited to a type")
    func types() async throws {
        let png = try server.id(await server.add(.of(.png, width: 20, height: 20), fields: [("sessionId", "types")]))
        let jpeg = try server.id(await server.add(Self.tiny(), fields: [("sessionId", "types")]))
        #expect(try await page("sessionId=types&type=image/png").ids == [png])
        #expect(try await page("sessionId=types&type=image%2Fjpeg").ids == [jpeg])
    }

    @Test("can be limited to a status, and says the same of an image as its details")
    func statuses() async throws {
        let id = try server.id(await server.addAndFinish(Self.tiny(), fields: [("sessionId", "status")]))
        #expect(try await page("sessionId=status&status=completed").ids == [id])
        for status in ["pending", "processing", "failed"] {
            #expect(try await page("sessionId=status&status=\(status)").ids == [], "\(status)")
        }
        let listed = try await server.json("/api/images?sessionId=status")["images"]?.array?.first
        let details = try await server.json("/api/images/\(id)")
        for name in ["imageId", "status", "sha256", "mediaType", "width", "height", "fileSize", "url", "thumbnailUrl"] {
            #expect(listed?[name] != nil && listed?[name] == details[name], "\(name)")
        }
    }

    @Test(
        "refuses a query value that makes no sense, and names it",
        arguments: [
            ("limit=0", "limit"), ("limit=201", "limit"), ("limit=-1", "limit"), ("limit=ten", "limit"),
            ("limit=99999999999999999999", "limit"), ("status=done", "status"), ("count=all", "count"),
            ("type=png", "type"), ("type=image/bmp", "type"),
            ("cursor=nonsense", "cursor"), ("cursor=", "cursor"), ("cursor=AAAA", "cursor"),
        ])
    func badQuery(_ query: String, _ name: String) async throws {
        let problem = try expectProblem(await server.client.get("/api/images?\(query)"), 400, "invalid-query")
        #expect(problem["errors"]?.array?.first?["subject"]?.string == name)
    }

    @Test("refuses a query that is no UTF-8")
    func badEncoding() async throws {
        for query in ["cursor=%FF", "type=%C3%28", "status=%zz"] {
            #expect(try await server.client.get("/api/images?\(query)").status == 400, "\(query)")
        }
    }
}
