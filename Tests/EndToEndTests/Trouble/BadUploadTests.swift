import AgBase
import AgTesting
import Testing

/// One after the other: each looks at what the whole server holds before and after.
@Suite(
    "A bad upload", .server("--max-upload", "1000000", on: [.sqlite]), .serverLog, .serialized, .timeLimit(.minutes(1)))
struct BadUploadTests {
    let server: Server

    init() throws { server = try Server.ofSuite }

    static let path = "/api/images/upload"

    struct File: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let bytes: [UInt8]
        let codes: [String]

        init(_ name: String, _ bytes: [UInt8], _ codes: String...) {
            testDescription = name
            self.bytes = bytes
            self.codes = codes
        }
    }

    static let files: [File] = {
        let jpeg = Picture.photo(width: 400, height: 300).bytes
        let cuts = [jpeg.count / 4, jpeg.count / 2, jpeg.count - 100, jpeg.count - 2, jpeg.count - 1]
        let others: [Picture.Format] = [.png, .webp, .gif, .tiff, .avif]
        return [
            File("an empty file", [], "empty-file"),
            File("a letter", BadPicture.text, "not-a-picture"),
            File("one byte", [0xFF], "not-a-picture"),
            File("an SVG", BadPicture.svg, "unsupported-format"),
            File("a PPM", Array("P6\n1 1\n255\nabc".utf8), "unsupported-format"),
            File("a PDF", Array("%PDF-1.7\n%%EOF\n".utf8), "unsupported-format"),
            File("a PNG of 60000x60000", BadPicture.png(claimingWidth: 60_000, height: 60_000), "too-large"),
            File("a PNG of 20000x20000", BadPicture.png(claimingWidth: 20_000, height: 20_000), "too-large"),
            File("a PNG of 100000x1", BadPicture.png(claimingWidth: 100_000, height: 1), "too-large"),
            File("a PNG of 0x0", BadPicture.png(claimingWidth: 0, height: 0), "damaged"),
            File(
                "the start of a JPEG and nonsense", [0xFF, 0xD8, 0xFF, 0xE0] + BadPicture.text, "damaged", "truncated"),
            File("a JPEG's first 20 bytes", Array(jpeg.prefix(20)), "truncated", "damaged"),
        ] + cuts.map { File("\($0) of \(jpeg.count) bytes of a JPEG", Array(jpeg.prefix($0)), "truncated") }
            + others.map { format in
                let bytes = Picture.of(format).bytes
                return File("two thirds of a \(format.rawValue)", Array(bytes.prefix(bytes.count * 2 / 3)), "truncated")
            }
    }()

    @Test("of one file is refused with the reason and leaves nothing", arguments: files)
    func file(_ file: File) async throws {
        try await leavingNothing {
            let answer = try await server.upload([("photo.jpg", file.bytes)])
            let code = try answer.json["code"]?.string ?? ""
            #expect(file.codes.contains(code), "\(answer)")
            let problem = try expectProblem(answer, 422, code)
            let error = try #require(problem["errors"]?.array?.first)
            #expect(error["filename"]?.string == "photo.jpg")
            #expect(error["code"]?.string == code)
        }
    }

    @Test("of nothing but bad files names each of them")
    func severalFiles() async throws {
        try await leavingNothing {
            let answer = try await server.upload([("a.jpg", BadPicture.text), ("b.jpg", []), ("c.svg", BadPicture.svg)])
            #expect(answer.status == 422)
            let errors = try #require(try answer.json["errors"]?.array)
            #expect(errors.map { $0["filename"]?.string } == ["a.jpg", "b.jpg", "c.svg"])
            #expect(errors.map { $0["code"]?.string } == ["not-a-picture", "empty-file", "unsupported-format"])
        }
    }

    @Test("of eleven files is refused whole")
    func elevenFiles() async throws {
        try await leavingNothing {
            let files = (0..<11).map { ("\($0).jpg", Picture.photo(width: 20, height: 20).bytes) }
            try expectProblem(await server.upload(files), 422, "too-many-files")
        }
    }

    @Test("of a file above the limit is refused for its size; the others of the form are taken")
    func oversize() async throws {
        let large = [0xFF, 0xD8, 0xFF] + [UInt8](repeating: 7, count: 1_000_000)
        try await leavingNothing {
            try expectProblem(await server.upload([("large.jpg", large)]), 413, "file-too-large")
        }
        let good = Picture.photo()
        let mixed = try await server.upload([("large.jpg", large), (good.name, good.bytes)])
        #expect(mixed.status == 201)
        #expect(try mixed.json["images"]?.array?.map { $0["sha256"]?.string } == [good.sha256])
        #expect(try mixed.json["errors"]?.array?.map { $0["code"]?.string } == ["file-too-large"])
        try await server.finish(try server.id(try #require(try mixed.json["images"]?.array?.first)))
    }

    @Test("larger than any form may be is refused before it is sent")
    func hugeBody() async throws {
        try await leavingNothing {
            let connection = try await Connection.open(server.client.port)
            let head = try server.client.request(
                "POST", Self.path,
                headers: ["Content-Length": "99999999999", "Content-Type": Form().mediaType, "Expect": "100-continue"])
            // Without the length that the helper adds for an empty body.
            let text = String(decoding: head, as: UTF8.self).replacing("Content-Length: 0\r\n", with: "")
            try await connection.send(text)
            try expectProblem(await connection.answer(), 413, "body-too-large")
        }
    }

    struct Body: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let type: String
        let text: String
        let status: Int
        let codes: [String]

        init(_ name: String, _ type: String, _ text: String, _ status: Int, _ codes: String...) {
            testDescription = name
            self.type = type
            self.text = text
            self.status = status
            self.codes = codes
        }
    }

    static let bodies: [Body] = {
        let type = "multipart/form-data; boundary=b"
        let head = "Content-Disposition: form-data; name=\"images\"; filename=\"a.jpg\"\r\n\r\n"
        let long = String(repeating: "x", count: 20_000)
        return [
            Body("JSON", "application/json", "{}", 415, "not-multipart"),
            Body("plain text", "text/plain", "hello", 415, "not-multipart"),
            Body("no type", "", "hello", 415, "not-multipart"),
            Body("no boundary", "multipart/form-data", "--b--\r\n", 400, "invalid-boundary"),
            Body("an empty boundary", "multipart/form-data; boundary=\"\"", "--b--\r\n", 400, "invalid-boundary"),
            Body(
                "a boundary too long", "multipart/form-data; boundary=\(long.prefix(201))", "--b--\r\n", 400,
                "invalid-boundary"),
            Body(
                "another boundary than announced", type, "--c\r\n\(head)x\r\n--c--\r\n", 400, "multipart-malformed",
                "multipart-truncated"),
            Body("no closing boundary", type, "--b\r\n\(head)x\r\n", 400, "multipart-truncated"),
            Body("an end in the middle of a header", type, "--b\r\nContent-Dispo", 400, "multipart-truncated"),
            Body("nothing", type, "", 400, "multipart-truncated"),
            Body("no parts", type, "--b--\r\n", 422, "no-files"),
            Body(
                "only fields", type, "--b\r\nContent-Disposition: form-data; name=\"sessionId\"\r\n\r\ns\r\n--b--\r\n",
                422, "no-files"),
            Body(
                "a part without a name", type, "--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n", 400,
                "multipart-malformed"),
            Body(
                "a part without a disposition", type, "--b\r\nContent-Type: image/png\r\n\r\nx\r\n--b--\r\n", 400,
                "multipart-malformed"),
            Body(
                "a part header without a colon", type, "--b\r\nnonsense\r\n\r\nx\r\n--b--\r\n", 400,
                "multipart-malformed"),
            Body(
                "a part header without end", type, "--b\r\nX-Long: \(long)\r\n\r\nx\r\n--b--\r\n", 400,
                "multipart-malformed"),
            Body(
                "multipart in multipart", type,
                "--b\r\nContent-Disposition: form-data; name=\"images\"\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c--\r\n--b--\r\n",
                400, "multipart-nested"),
            Body(
                "a field without end", type,
                "--b\r\nContent-Disposition: form-data; name=\"sessionId\"\r\n\r\n\(long)\r\n--b--\r\n", 413,
                "part-too-large"),
        ]
    }()

    @Test("in a broken form is refused with the reason and leaves nothing", arguments: bodies)
    func body(_ body: Body) async throws {
        try await leavingNothing {
            let answer = try await server.client.call(
                "POST", Self.path, .bytes(Array(body.text.utf8), type: body.type))
            let code = try answer.json["code"]?.string ?? ""
            #expect(body.codes.contains(code), "\(answer)")
            try expectProblem(answer, body.status, code)
        }
    }

    @Test("with a field that is no UTF-8 is refused")
    func fieldEncoding() async throws {
        try await leavingNothing {
            var form = Form()
            form.parts.append(.init(head: "Content-Disposition: form-data; name=\"sessionId\"", bytes: [0xC3, 0x28]))
            form.add(file: Picture.photo().bytes, named: "a.jpg")
            try expectProblem(await server.client.call("POST", Self.path, .form(form)), 400, "invalid-field")
        }
    }

    @Test("cut short by a client that vanishes leaves nothing", arguments: [false, true])
    func vanishing(_ isChunked: Bool) async throws {
        try await leavingNothing {
            let form = Form.of([("half.jpg", [0xFF, 0xD8, 0xFF] + [UInt8](repeating: 9, count: 900_000))])
            let body: Client.Body = isChunked ? .chunks([form.bytes], type: form.mediaType) : .form(form)
            let request = try server.client.request("POST", Self.path, body)
            let connection = try await Connection.open(server.client.port)
            try await connection.send(Array(request.prefix(600_000)))
            // Half of it lies on the disk before the client goes: there is something to tidy up.
            #expect(
                try await server.eventually(within: .seconds(10)) {
                    server.pictureFiles.contains { $0.contains("/tmp/") }
                })
            try connection.vanish()
        }
    }

    @Test("cut short in order, by closing one direction, is refused and leaves nothing")
    func halfClosed() async throws {
        try await leavingNothing {
            let form = Form.of([("half.jpg", Picture.photo().bytes)])
            let request = try server.client.request("POST", Self.path, .form(form))
            let connection = try await Connection.open(server.client.port)
            try await connection.send(Array(request.dropLast(200)))
            try connection.finishSending()
            // An answer is welcome but not promised to a client that broke its word; silence and a close will do.
            _ = try? await connection.answer()
        }
    }

    @Test("to an upload URL, cut short, leaves nothing and the URL unused")
    func vanishingFromGrant() async throws {
        let made = try await server.client.post("/api/uploads", [:])
        let url = try #require(try made.json["uploadUrl"]?.string)
        try await leavingNothing {
            let body = [0xFF, 0xD8, 0xFF] + [UInt8](repeating: 9, count: 900_000)
            let request = try server.stranger.request("PUT", url, .bytes(body, type: "image/jpeg"))
            let connection = try await Connection.open(server.client.port)
            try await connection.send(Array(request.prefix(600_000)))
            #expect(
                try await server.eventually(within: .seconds(10)) {
                    server.pictureFiles.contains { $0.contains("/tmp/") }
                })
            try connection.vanish()
        }
        let good = Picture.photo()
        let answer = try await server.stranger.call("PUT", url, .bytes(good.bytes, type: "image/jpeg"))
        #expect(answer.status == 201)
        try await server.finish(try server.id(try answer.json))
    }

    @Test("with a field or header that means nothing is refused before its files are looked at")
    func strangeFields() async throws {
        try await leavingNothing {
            let picture = Picture.photo()
            let answer = try await server.upload(picture, fields: [("allowDamaged", "perhaps")])
            try expectProblem(answer, 422, "bad-allow-damaged")
            let form = Form.of([(picture.name, picture.bytes)], fields: [("sessionId", "good")])
            let named = try await server.client.call(
                "POST", "/api/images/upload", headers: ["X-Session-Id": String(repeating: "x", count: 129)], .form(form)
            )
            try expectProblem(named, 400, "bad-session-id")
        }
    }

    @Test("that ends too early is taken, and flagged, when the client insists")
    func damaged() async throws {
        let whole = Picture.photo(width: 400, height: 300).bytes
        let answer = try await server.upload(
            [("damaged.jpg", Array(whole.dropLast(whole.count / 3)))], fields: [("allowDamaged", "1")])
        #expect(answer.status == 201, "\(answer)")
        let id = try server.id(try #require(try answer.json["images"]?.array?.first))
        let stream = try await EventStream.open(server.client, "types=job-completed,job-failed&imageId=\(id)&after=0")
        _ = try await stream.when { $0.count == 2 ? true : nil }
        #expect(try await server.json("/api/images/\(id)")[path: "metadata.isDamaged"]?.bool == true)
    }

    /// Runs what must not leave a row, a job or a file behind; then shows that the server still takes good pictures.
    func leavingNothing(_ body: () async throws -> Void) async throws {
        #expect(
            try await server.eventually(within: .seconds(10)) { !server.pictureFiles.contains { $0.contains("/tmp/") } }
        )
        let before = try await Traces(server)
        try await body()
        let isClean = try await server.eventually(within: .seconds(10)) { try await Traces(server) == before }
        if !isClean {
            let after = try await Traces(server)
            Issue.record("Something was left behind.\nbefore: \(before)\nafter: \(after)")
        }
        let good = try await server.upload(.photo(width: 24, height: 16))
        #expect(good.status == 201, "\(good)")
        try await server.finish(try server.id(try #require(try good.json["images"]?.array?.first)))
    }
}
