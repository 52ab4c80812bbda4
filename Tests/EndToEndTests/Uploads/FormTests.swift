import AgBase
import AgTesting
import Testing

/// Forms as the clients of many languages write them.
@Suite("An upload form", .server(on: [.sqlite]), .serverLog, .timeLimit(.minutes(1)))
struct FormTests {
    let server: Server

    init() throws { server = try Server.ofSuite }

    static let path = "/api/images/upload"

    private func upload(_ form: Form, headers: KeyValuePairs<String, String> = [:]) async throws -> Answer {
        try await server.client.call("POST", Self.path, headers: headers, .form(form))
    }

    private static func small() -> [UInt8] { Picture.photo(width: 24, height: 16).bytes }

    /// Refused bytes go on a thread of their own, soon after the answer.
    private func expectNothing(of pictures: Picture...) async throws {
        let isGone = try await server.eventually(within: .seconds(10)) {
            pictures.allSatisfy { server.originals(of: $0).isEmpty }
        }
        #expect(isGone)
    }

    @Test(
        "has its pictures in fields with or without an index",
        arguments: [
            "images", "image", "files", "file", "images[]", "images[0]", "images[12]", "image[]", "file[]", "file[3]",
            "files[0]",
        ])
    func fileFields(_ name: String) async throws {
        var form = Form()
        form.add(file: Self.small(), named: "a.jpg", as: name)
        let answer = try await upload(form)
        #expect(answer.status == 201, "\(answer)")
        #expect(try answer.json["images"]?.array?.map { $0["originalFilename"]?.string } == ["a.jpg"])
    }

    @Test(
        "with a file in any other field is refused, the field and the right ones named, and nothing stored",
        arguments: ["photo", "Images", "images[a]", "images[0]x", "picture[]", "upload", "sessionid", "ü"])
    func unexpectedFile(_ name: String) async throws {
        let picture = Picture.photo(width: 24, height: 16)
        let other = Picture.photo(width: 24, height: 16)
        var form = Form.of([(other.name, other.bytes)])
        form.add(file: picture.bytes, named: "a.jpg", as: name)
        let problem = try expectProblem(await upload(form), 422, "unexpected-file-field")
        #expect(problem["detail"]?.string?.contains("'\(name)'") == true)
        #expect(problem["detail"]?.string?.contains("`images`") == true)
        #expect(problem["errors"]?.array?.first?["field"]?.string == name)
        try await expectNothing(of: picture, other)
    }

    @Test("that is refused in its middle leaves the connection in order", arguments: ["photo", "fixed_id"])
    func connection(_ name: String) async throws {
        var form = Form()
        if name == "photo" {
            form.add(file: [UInt8](repeating: 7, count: 300_000), named: "a.jpg", as: name)
        } else {
            form.add(field: name, "x")
        }
        form.add(file: [UInt8](repeating: 7, count: 300_000), named: "b.jpg")
        let connection = try await Connection.open(try server.client.port)
        let bytes = try server.client.request("POST", Self.path, .form(form))
        try await connection.send(bytes + (try server.client.request("GET", "/livez")))
        #expect(try await connection.answer().status == 422)
        #expect(try await connection.answer().status == 200)
    }

    @Test("may have other fields, of any charset and some size; they are skipped")
    func unknownFields() async throws {
        var form = Form()
        form.add(field: "_charset_", "windows-1252")
        form.add(field: "caption", String(repeating: "c", count: 2_048))
        form.add(field: "csrf_token", "x")
        form.add(field: "MAX_FILE_SIZE", "1000000")
        form.parts.append(
            .init(head: "Content-Disposition: form-data; name=\"note\"", bytes: [0xFF, 0xFE, 0x00, 0x80]))
        form.parts.append(
            .init(
                head:
                    "Content-Disposition: form-data; name=\"mail\"\r\nContent-Type: text/plain; charset=x\r\nContent-Transfer-Encoding: quoted-printable",
                bytes: Array("=E9".utf8)))
        form.add(file: Self.small(), named: "a.jpg")
        form.add(field: "description", String(repeating: "d", count: 1_000_000))
        for index in 0..<200 { form.add(field: "tags[\(index)]", "x") }
        let answer = try await upload(form)
        #expect(answer.status == 201, "\(answer)")
        #expect(try answer.json["errors"]?.array == [])
    }

    @Test("with more than a mebibyte of them is refused, and nothing stored")
    func tooManyFields() async throws {
        let picture = Picture.photo(width: 24, height: 16)
        var form = Form.of([(picture.name, picture.bytes)])
        form.add(field: "a", String(repeating: "d", count: 600_000))
        form.add(field: "b", String(repeating: "d", count: 600_000))
        let problem = try expectProblem(await upload(form), 413, "fields-too-large")
        #expect(problem["detail"]?.string?.contains("1048576") == true)
        try await expectNothing(of: picture)
    }

    @Test(
        "with a field that was surely meant to be another is refused with the right name",
        arguments: [
            ("fixedID", "fixedId"), ("fixed_id", "fixedId"), ("FixedId", "fixedId"), ("fixdId", "fixedId"),
            ("fxiedId", "fixedId"), ("sessionid", "sessionId"), ("session-id", "sessionId"),
            ("session_id", "sessionId"),
            ("sesionId", "sessionId"), ("sessionId[]", "sessionId"), ("allowdamaged", "allowDamaged"),
            ("allow_damaged", "allowDamaged"), ("alowDamaged", "allowDamaged"), ("allowDamagd", "allowDamaged"),
        ])
    func misspelt(_ name: String, _ meant: String) async throws {
        let picture = Picture.photo(width: 24, height: 16)
        let problem = try expectProblem(
            await server.upload([(picture.name, picture.bytes)], fields: [(name, "1")]), 422, "misspelt-field")
        #expect(problem["detail"]?.string?.contains("`\(meant)`") == true)
        try await expectNothing(of: picture)
    }

    @Test(
        "is not refused for a field that only sounds alike",
        arguments: [
            "fileId", "id", "userId", "lessonId", "missionId", "session", "sessionToken", "damaged", "allow", "fixed",
            "version", "dimension",
        ])
    func alike(_ name: String) async throws {
        let answer = try await server.upload([("a.jpg", Self.small())], fields: [(name, "1")])
        #expect(answer.status == 201, "\(answer)")
    }

    @Test("may have file inputs in which nothing was chosen; alone they are no files")
    func emptyInputs() async throws {
        var empty = Form()
        for name in ["images", "file", "photo", "images[]"] {
            empty.add(file: [], named: "", type: "application/octet-stream", as: name)
        }
        try expectProblem(await upload(empty), 422, "no-files")
        var form = empty
        for _ in 0..<10 { form.add(file: Self.small(), named: "a.jpg") }
        let answer = try await upload(form)
        #expect(answer.status == 201, "\(answer)")
        #expect(try answer.json["images"]?.array?.count == 10)
        #expect(try answer.json["errors"]?.array == [])
    }

    @Test("may have any boundary that clients write", arguments: ["*****", "----=_Part_1_2.3", "a:b/c?d=e"])
    func boundaries(_ boundary: String) async throws {
        var form = Form()
        form.boundary = boundary
        form.add(file: Self.small(), named: "a.jpg")
        #expect(try await upload(form).status == 201)
    }

    @Test(
        "tells a file's name in whatever way clients write it",
        arguments: [
            ("filename=\"=?utf-8?B?5Lit5paHLnBuZw==?=\"; filename*=utf-8''%E4%B8%AD%E6%96%87.png", "中文.png"),
            ("filename=\"=?utf-8?Q?caf=C3=A9.jpg?=\"", "café.jpg"), ("filename=\"say %22hi%22.jpg\"", "say \"hi\".jpg"),
            ("filename*=iso-8859-1''caf%E9.jpg", "café.jpg"), ("filename=\"C:\\photos\\cat.jpg\"", "cat.jpg"),
        ])
    func names(_ parameter: String, _ shown: String) async throws {
        var form = Form()
        form.parts.append(
            .init(head: "Content-Disposition: form-data; name=images; \(parameter)", bytes: Self.small()))
        let answer = try await upload(form)
        #expect(try answer.json["images"]?.array?.first?["originalFilename"]?.string == shown)
    }

    @Test("that is compressed is refused for that, and so is a picture for an upload URL")
    func compressed() async throws {
        let form = Form.of([("a.jpg", Self.small())])
        try expectProblem(
            await upload(form, headers: ["Content-Encoding": "gzip"]), 415, "unsupported-content-encoding")
        let made = try await server.client.post("/api/uploads", [:])
        let url = try #require(try made.json["uploadUrl"]?.string)
        for coding in ["br", "identity"] {
            let answer = try await server.stranger.call(
                "PUT", url, headers: ["Content-Encoding": coding], .bytes(Self.small(), type: "image/jpeg"))
            #expect(answer.status == (coding == "br" ? 415 : 201), "\(answer)")
        }
    }
}
