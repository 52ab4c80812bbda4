import AgBase
import AgTesting
import Testing

@Suite("An upload", .server(), .serverLog, .timeLimit(.minutes(2)))
struct UploadTests {
    let server: Server

    init() throws { server = try Server.ofSuite }

    @Test("of each format is taken, finished and given back byte for byte", arguments: Picture.Format.allCases)
    func formats(_ format: Picture.Format) async throws {
        let picture = Picture.of(format)
        let answer = try await server.upload(picture)
        #expect(answer.status == 201)
        let images = try #require(try answer.json["images"]?.array)
        #expect(images.count == 1)
        #expect(try answer.json["errors"]?.array == [])
        let image = try #require(images.first)
        #expect(image["isNew"]?.bool == true)
        #expect(["pending", "processing", "completed"].contains(image["status"]?.string))
        #expect(image["sha256"]?.string == picture.sha256)
        #expect(image["mediaType"]?.string == picture.mediaType)
        #expect(image["width"]?.int == Int64(picture.width))
        #expect(image["height"]?.int == Int64(picture.height))
        #expect(image["fileSize"]?.int == Int64(picture.bytes.count))

        let details = try await server.finish(try server.id(image))
        #expect(details["variants"]?.array?.count == 7)
        let original = try await server.client.get(try #require(image["url"]?.string))
        #expect(original.body == picture.bytes)
        #expect(original["content-type"] == picture.mediaType)
        let thumbnail = try await server.client.get(try #require(image["thumbnailUrl"]?.string))
        #expect(Vips.look(thumbnail.body).map { [$0.width, $0.height] } == [150, 150])
    }

    @Test("of bytes that are there already answers 200 with the image that shows them")
    func duplicate() async throws {
        let picture = Picture.photo()
        let first = try await server.add(picture)
        let again = try await server.upload([("another name.png", picture.bytes)])
        #expect(again.status == 200)
        let image = try #require(try again.json["images"]?.array?.first)
        #expect(image["isNew"]?.bool == false)
        #expect(image["imageId"] == first["imageId"])
    }

    @Test("with one picture twice makes one image")
    func twiceInOneForm() async throws {
        let picture = Picture.photo()
        let answer = try await server.upload(picture, picture)
        #expect(answer.status == 201)
        let images = try #require(try answer.json["images"]?.array)
        #expect(images.map { $0["isNew"]?.bool } == [true, false])
        #expect(images.first?["imageId"] == images.last?["imageId"])
    }

    @Test("keeps the order of the good files and names the bad ones")
    func mixed() async throws {
        let (first, second) = (Picture.photo(), Picture.of(.png))
        let answer = try await server.upload([
            ("first.jpg", first.bytes), ("letter.jpg", BadPicture.text), ("second.png", second.bytes),
            ("nothing.png", []),
        ])
        #expect(answer.status == 201)
        let json = try answer.json
        #expect(json["images"]?.array?.map { $0["sha256"]?.string } == [first.sha256, second.sha256])
        #expect(json["errors"]?.array?.map { $0["filename"]?.string } == ["letter.jpg", "nothing.png"])
        #expect(json["errors"]?.array?.map { $0["code"]?.string } == ["not-a-picture", "empty-file"])
        #expect(json["errors"]?.array?.allSatisfy { $0["detail"]?.string?.isEmpty == false } == true)
    }

    @Test("takes ten files, under each of the names that clients use")
    func tenFiles() async throws {
        var form = Form()
        let names = ["images", "image", "files", "file"]
        let pictures = (0..<10).map { _ in Picture.photo(width: 32, height: 24) }
        for (index, picture) in pictures.enumerated() {
            form.add(file: picture.bytes, named: "\(index).jpg", as: names[index % names.count])
        }
        let answer = try await server.client.call("POST", "/api/images/upload", .form(form))
        #expect(answer.status == 201)
        #expect(try answer.json["images"]?.array?.map { $0["sha256"]?.string } == pictures.map(\.sha256))
    }

    @Test("goes by the content, not by the name or the type that the client claims")
    func claims() async throws {
        let picture = Picture.of(.webp)
        var form = Form()
        form.add(file: picture.bytes, named: "letter.txt", type: "text/plain")
        let answer = try await server.client.call("POST", "/api/images/upload", .form(form))
        let image = try #require(try answer.json["images"]?.array?.first)
        #expect(image["mediaType"]?.string == "image/webp")
        let original = try await server.client.get(try #require(image["url"]?.string))
        #expect(original["content-type"] == "image/webp")
        #expect(original["x-content-type-options"] == "nosniff")
        #expect(original["content-disposition"]?.contains("letter.webp") == true)
    }

    @Test("may come in chunks of any size")
    func chunked() async throws {
        let picture = Picture.photo()
        let form = Form.of([(picture.name, picture.bytes)])
        // Sizes that cut through the boundary and through the part's header.
        var chunks: [[UInt8]] = []
        var rest = form.bytes[...]
        for size in sequence(first: 1, next: { $0 * 2 + 1 }) where !rest.isEmpty {
            chunks.append(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
            if rest.isEmpty { break }
        }
        let answer = try await server.client.call(
            "POST", "/api/images/upload", .chunks(chunks, type: form.mediaType))
        #expect(answer.status == 201)
        #expect(try answer.json["images"]?.array?.first?["sha256"]?.string == picture.sha256)
    }

    @Test("waits for the client's data when it asks whether to go on")
    func expectContinue() async throws {
        let picture = Picture.photo()
        let form = Form.of([(picture.name, picture.bytes)])
        let request = try server.client.request(
            "POST", "/api/images/upload", headers: ["Expect": "100-continue"], .form(form))
        let connection = try await Connection.open(server.client.port)
        try await connection.send(Array(request.dropLast(form.bytes.count)))
        let first = try await connection.bytes()
        #expect(String(decoding: first, as: UTF8.self).hasPrefix("HTTP/1.1 100"))
        try await connection.send(form.bytes)
        #expect(try await connection.answer().status == 201)
    }

    @Test("leaves the connection open for the next request")
    func keepAlive() async throws {
        let connection = try await Connection.open(server.client.port)
        for _ in 0..<3 {
            let picture = Picture.photo(width: 40, height: 30)
            let form = Form.of([(picture.name, picture.bytes)])
            try await connection.send(server.client.request("POST", "/api/images/upload", .form(form)))
            let answer = try await connection.answer()
            #expect(try answer.json["images"]?.array?.first?["sha256"]?.string == picture.sha256)
        }
    }

    @Test("keeps the file's name for people, in any script")
    func names() async throws {
        let id = try server.id(await server.add(.photo(named: "Grüße 硬币 🪙.jpg")))
        #expect(try await server.json("/api/images/\(id)")["originalFilename"]?.string == "Grüße 硬币 🪙.jpg")
    }
}
