import AgBase
import AgTesting
import Testing

@Suite("A client's own id", .server(), .serverLog, .timeLimit(.minutes(1)))
struct FixedIDTests {
    let server: Server
    let id = "\(UUIDv7.shared.next())"

    init() throws { server = try Server.ofSuite }

    @Test("is the image's id, and the same upload again changes nothing")
    func again() async throws {
        let picture = Picture.photo()
        let first = try await server.upload(picture, fields: [("fixedId", id)])
        #expect(first.status == 201)
        #expect(try first.json["images"]?.array?.first?["imageId"]?.string == id)
        let second = try await server.upload(picture, fields: [("fixedId", id)])
        #expect(second.status == 200)
        #expect(try second.json["images"]?.array?.first?["imageId"]?.string == id)
        #expect(try second.json["images"]?.array?.first?["isNew"]?.bool == false)
    }

    @Test("that shows other bytes is a conflict")
    func taken() async throws {
        _ = try await server.add(.photo(), fields: [("fixedId", id)])
        let other = Picture.photo()
        try expectProblem(await server.upload(other, fields: [("fixedId", id)]), 409, "id-taken")
        #expect(try await server.upload(other).status == 201, "The refused bytes must not have been kept.")
    }

    @Test("makes a second image of bytes that are there, without a second original")
    func secondImage() async throws {
        let picture = Picture.photo()
        let first = try await server.add(picture)
        let second = try await server.upload(picture, fields: [("fixedId", id)])
        #expect(second.status == 201)
        let image = try #require(try second.json["images"]?.array?.first)
        #expect(image["isNew"]?.bool == true)
        #expect(image["imageId"]?.string == id)
        #expect(image["imageId"] != first["imageId"])
        #expect(server.originals(of: picture).count == 1)
    }

    @Test("names one image, so that two files with it are refused")
    func twoFiles() async throws {
        let (first, second) = (Picture.photo(), Picture.photo())
        try expectProblem(
            await server.upload(first, second, fields: [("fixedId", id)]), 422, "fixed-id-for-many")
        #expect(
            try await server.upload(first, second).json["images"]?.array?.map { $0["isNew"]?.bool } == [true, true])
    }

    @Test("must be a UUID", arguments: ["", "7", "../../etc/passwd", "zzzzzzzz-zzzz-zzzz-zzzz-zzzzzzzzzzzz"])
    func malformed(_ text: String) async throws {
        try expectProblem(await server.upload(.photo(), fields: [("fixedId", text)]), 422, "bad-fixed-id")
    }
}
