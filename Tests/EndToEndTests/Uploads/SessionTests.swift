import AgBase
import AgTesting
import Testing

@Suite("A session", .server(), .serverLog, .timeLimit(.minutes(1)))
struct SessionTests {
    let server: Server

    init() throws { server = try Server.ofSuite }

    func ids(in session: String) async throws -> [String] {
        try await server.json("/api/sessions/\(session)/images")["images"]?.array?.compactMap { $0["imageId"]?.string }
            ?? []
    }

    @Test("is named by a field or by a header, and lists its images newest first")
    func naming() async throws {
        let first = try server.id(await server.add(.photo(), fields: [("sessionId", "naming")]))
        let picture = Picture.photo()
        let answer = try await server.client.call(
            "POST", "/api/images/upload", headers: ["X-Session-Id": "naming"],
            .form(.of([(picture.name, picture.bytes)])))
        let second = try server.id(try #require(try answer.json["images"]?.array?.first))
        #expect(try await ids(in: "naming") == [second, first])
        let list = try await server.json("/api/images?sessionId=naming&count=exact")
        #expect(list["total"]?.int == 2)
        #expect(try await ids(in: "nobody-was-here") == [])
    }

    @Test("shares an image with another session, and can let go of it alone")
    func sharing() async throws {
        let picture = Picture.photo()
        let id = try server.id(await server.add(picture, fields: [("sessionId", "left")]))
        let again = try await server.add(picture, fields: [("sessionId", "right")])
        #expect(again["imageId"]?.string == id)
        #expect(again["isNew"]?.bool == false)
        #expect(try await server.json("/api/images/\(id)")["sessions"]?.array == ["left", "right"])

        #expect(try await server.client.call("DELETE", "/api/images/\(id)?sessionId=left").status == 204)
        #expect(try await ids(in: "left") == [])
        #expect(try await ids(in: "right") == [id])
        #expect(try await server.json("/api/images/\(id)")["sessions"]?.array == ["right"])
        try expectProblem(
            await server.client.call("DELETE", "/api/images/\(id)?sessionId=left"), 404, "not-in-session")
        try expectProblem(await server.client.call("DELETE", "/api/images/\(id)?force=perhaps"), 400, "invalid-query")
        #expect(try await server.client.call("DELETE", "/api/images/\(id)?force=1").status == 204)
    }

    @Test(
        "without a good name is refused, and nothing is stored",
        arguments: ["", String(repeating: "s", count: 129), "a\u{1}b"])
    func badNames(_ name: String) async throws {
        let picture = Picture.photo()
        try expectProblem(await server.upload(picture, fields: [("sessionId", name)]), 400, "bad-session-id")
        #expect(try await server.upload(picture).status == 201)
    }

    @Test("has any characters in its name when they are percent-encoded")
    func anyName() async throws {
        let id = try server.id(await server.add(.photo(), fields: [("sessionId", "Ma collection / 2026?")]))
        #expect(try await ids(in: "Ma%20collection%20%2F%202026%3F") == [id])
    }
}
