import AgBase
import AgTesting
import Testing

@Suite("Variants", .server(), .serverLog, .timeLimit(.minutes(2)))
struct VariantTests {
    let server: Server

    init() throws { server = try Server.ofSuite }

    static let names = ["small.webp", "small.avif", "medium.webp", "medium.avif", "large.webp", "large.avif"]

    func variant(_ name: String, of id: String) async throws -> Answer {
        let answer = try await server.client.get("/api/images/\(id)/variants/\(name)")
        #expect(answer.status == 200, "\(name): \(answer)")
        return answer
    }

    /// Expects the bytes to be what their name says, by their first bytes and by decoding them.
    func expectPicture(_ answer: Answer, named name: String, width: Int, height: Int) throws {
        if name.hasSuffix("webp") {
            #expect(answer.body.starts(with: Array("RIFF".utf8)) && Array(answer.body[8..<12]) == Array("WEBP".utf8))
            #expect(answer["content-type"] == "image/webp")
        } else {
            #expect(Array(answer.body[4..<12]) == Array("ftypavif".utf8))
            #expect(answer["content-type"] == "image/avif")
        }
        let look = try #require(Vips.look(answer.body), "\(name) cannot be decoded.")
        #expect([look.width, look.height] == [width, height], "\(name)")
    }

    @Test("of a large picture are 640, 1024 and 1920 wide, in WebP and AVIF")
    func sizes() async throws {
        let details = try await server.addAndFinish(.photo(width: 2_304, height: 1_536))
        let id = try server.id(details)
        let expected = ["small": (640, 427), "medium": (1_024, 683), "large": (1_920, 1_280)]
        for name in Self.names {
            let (width, height) = try #require(expected[String(name.prefix { $0 != "." })])
            try expectPicture(await variant(name, of: id), named: name, width: width, height: height)
        }
        let listed = try #require(details["variants"]?.array)
        for variant in listed {
            let answer = try await server.client.get(try #require(variant["url"]?.string))
            #expect(Int64(answer.body.count) == variant["fileSize"]?.int)
            let look = try #require(Vips.look(answer.body))
            #expect([Int64(look.width), Int64(look.height)] == [variant["width"]?.int, variant["height"]?.int])
        }
    }

    @Test("of a small picture are as large as it is, never larger")
    func noEnlargement() async throws {
        let id = try server.id(await server.addAndFinish(.photo(width: 333, height: 222)))
        for name in Self.names { try expectPicture(await variant(name, of: id), named: name, width: 333, height: 222) }
    }

    @Test("grow with the size that is asked for until the picture's own")
    func between() async throws {
        let id = try server.id(await server.addAndFinish(.photo(width: 900, height: 600)))
        try expectPicture(await variant("small.webp", of: id), named: "small.webp", width: 640, height: 427)
        try expectPicture(await variant("medium.webp", of: id), named: "medium.webp", width: 900, height: 600)
        try expectPicture(await variant("large.avif", of: id), named: "large.avif", width: 900, height: 600)
    }

    @Test("of a picture like a thread are one pixel high at least", arguments: [(3_000, 2), (1, 1), (2, 900)])
    func extremes(_ width: Int, _ height: Int) async throws {
        let id = try server.id(await server.addAndFinish(.photo(width: width, height: height)))
        for name in ["small.webp", "large.avif"] {
            let limit = name.hasPrefix("small") ? 640 : 1_920
            let look = try #require(Vips.look(try await variant(name, of: id).body))
            #expect(look.width == min(width, limit))
            #expect(look.height >= 1 && look.height <= height)
        }
    }

    @Test("begin with a WebP of 150x150 from the middle, also of smaller pictures")
    func thumbnail() async throws {
        for (width, height) in [(800, 200), (150, 150), (90, 200), (30, 20)] {
            let details = try await server.addAndFinish(.photo(width: width, height: height))
            let answer = try await server.client.get(try #require(details["thumbnailUrl"]?.string))
            try expectPicture(answer, named: "thumbnail.webp", width: 150, height: 150)
        }
    }

    @Test("stand upright, whatever way the camera was held", arguments: 1...8)
    func orientation(_ orientation: Int) async throws {
        let upright = Picture.photo(width: 300, height: 200)
        let bytes = ExifBlock(orientation: UInt16(orientation)).inside(upright.bytes)
        let details = try await server.addAndFinish(
            Picture(name: "held.jpg", bytes: bytes, mediaType: "image/jpeg", width: 0, height: 0))
        let isTurned = orientation >= 5
        let (width, height) = isTurned ? (200, 300) : (300, 200)
        #expect([details["width"]?.int, details["height"]?.int] == [Int64(width), Int64(height)])
        let answer = try await variant("small.webp", of: try server.id(details))
        try expectPicture(answer, named: "small.webp", width: width, height: height)
    }

    @Test("say nothing of the camera and the place; the original says all")
    func stripped() async throws {
        let bytes = ExifBlock().inside(Picture.photo().bytes)
        let details = try await server.addAndFinish(
            Picture(name: "tourist.jpg", bytes: bytes, mediaType: "image/jpeg", width: 320, height: 240))
        for variant in try #require(details["variants"]?.array) {
            let answer = try await server.client.get(try #require(variant["url"]?.string))
            for mark in ["Exif", "EXIF", "Argentum Optics", "2026:05:03"] {
                #expect(answer.body.firstRange(of: Array(mark.utf8)) == nil, "\(variant.text) holds \(mark)")
            }
        }
        let original = try await server.client.get(try #require(details["url"]?.string))
        #expect(original.body == bytes)
    }

    @Test("keep what can be seen through")
    func transparency() async throws {
        let id = try server.id(await server.addAndFinish(.of(.alphaPNG)))
        for name in ["small.webp", "small.avif"] {
            #expect(Vips.look(try await variant(name, of: id).body)?.bands == 4, "\(name)")
        }
    }

    @Test(
        "show the first frame of an animation, which the original keeps",
        arguments: [Picture.Format.animatedGIF, .animatedWebP])
    func animation(_ format: Picture.Format) async throws {
        let picture = Picture.of(format, width: 120, height: 270)
        let details = try await server.addAndFinish(picture)
        #expect(details[path: "metadata.frames"]?.int == 3)
        try expectPicture(
            await variant("small.webp", of: try server.id(details)), named: "small.webp", width: 120, height: 90)
    }

    @Test("are the same bytes when they are made again")
    func deterministic() async throws {
        let id = try server.id(await server.addAndFinish(.photo(width: 700, height: 500)))
        var before: [String?] = []
        for name in Self.names { before.append(try await variant(name, of: id)["etag"]) }
        let stream = try await EventStream.open(server.client, "types=job-completed,job-failed&imageId=\(id)")
        let answer = try await server.client.post("/api/images/\(id)/reprocess", ["only": ["variants"]])
        #expect(answer.status == 202)
        let job = try #require(try answer.json["jobIds"]?.array?.first)
        let event = try await stream.first { $0.json["jobId"] == job }
        #expect(event.type == "job-completed")
        var after: [String?] = []
        for name in Self.names { after.append(try await variant(name, of: id)["etag"]) }
        #expect(before == after)
        #expect(!before.contains(nil))
    }

    @Test(
        "that do not exist are not found",
        arguments: ["huge.webp", "small.jpeg", "thumbnail.webp", "small.webp.webp", "%00"])
    func unknown(_ name: String) async throws {
        let id = try server.id(await server.add(.photo()))
        #expect(try await server.client.get("/api/images/\(id)/variants/\(name)").status == (name == "%00" ? 400 : 404))
    }
}
