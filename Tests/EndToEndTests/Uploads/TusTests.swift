import AgBase
import AgCrypto
import AgTesting
import FoundationEssentials
import Testing

@Suite("tus", .ownServers, .timeLimit(.minutes(2)))
struct TusTests {
    private static let version = "1.0.0"

    private func url(_ server: Server) async throws -> String {
        let made = try await server.client.post("/api/uploads", [:])
        return try #require(try made.json["uploadUrl"]?.string)
    }

    private func create(_ server: Server, _ count: Int) async throws -> String {
        let answer = try await server.stranger.call(
            "POST", try await url(server),
            headers: [
                "Tus-Resumable": Self.version, "Upload-Length": "\(count)", "Upload-Metadata": "filename YS5qcGc=,x",
            ])
        #expect(answer.status == 201 && answer["tus-resumable"] == Self.version, "\(answer)")
        #expect(answer["upload-offset"] == "0" && answer["upload-expires"]?.hasSuffix("GMT") == true)
        return try #require(answer["location"])
    }

    private func patch(
        _ server: Server, _ url: String, _ offset: Int, _ bytes: some Collection<UInt8>, checksum: String? = nil
    ) async throws -> Answer {
        let body = Client.Body.bytes(Array(bytes), type: "application/offset+octet-stream")
        guard let checksum else {
            return try await server.stranger.call(
                "PATCH", url, headers: ["Tus-Resumable": Self.version, "Upload-Offset": "\(offset)"], body)
        }
        return try await server.stranger.call(
            "PATCH", url,
            headers: ["Tus-Resumable": Self.version, "Upload-Offset": "\(offset)", "Upload-Checksum": checksum], body)
    }

    private func head(_ server: Server, _ url: String) async throws -> Answer {
        try await server.stranger.call("HEAD", url, headers: ["Tus-Resumable": Self.version])
    }

    @Test(
        "An upload in pieces survives a killed server, loses the piece under way at most, and names its picture at the end"
    )
    func killed() async throws {
        let server = try await Server.start()
        let picture = Picture.photo(width: 800, height: 600)
        let count = picture.bytes.count
        let url = try await create(server, count)
        #expect(try await patch(server, url, 0, picture.bytes[..<1_000])["upload-offset"] == "1000")
        let digest = Data(SHA256Digest.of(picture.bytes[1_000..<2_000]).bytes).base64EncodedString()
        #expect(
            try await patch(server, url, 1_000, picture.bytes[1_000..<2_000], checksum: "sha256 \(digest)").status
                == 204)

        // A piece of which the server has a part when it is killed.
        let connection = try await Connection.open(try server.stranger.port)
        let whole = try server.stranger.request(
            "PATCH", url, headers: ["Tus-Resumable": Self.version, "Upload-Offset": "2000"],
            .bytes(Array(picture.bytes[2_000..<9_000]), type: "application/offset+octet-stream"))
        try await connection.send(Array(whole.dropLast(10)))
        try await server.kill()
        try await server.start()
        let there = try await head(server, url)
        #expect(there.status == 200 && there["upload-offset"] == "2000" && there["upload-length"] == "\(count)")
        #expect(there["cache-control"] == "no-store")

        let last = try await patch(server, url, 2_000, picture.bytes[2_000...])
        #expect(last.status == 204 && last["upload-offset"] == "\(count)", "\(last)")
        let state = try await server.stranger.get(url).json
        #expect(state["state"]?.string == "done" && state["isNew"]?.bool == true)
        let id = try #require(state["imageId"]?.string)
        #expect(try await server.client.get("/api/images/\(id)/original").body == picture.bytes)
        #expect(try await server.json("/api/images/\(id)")["originalFilename"]?.string == "a.jpg")
        #expect(try await head(server, url)["upload-offset"] == "\(count)")
        try expectProblem(await patch(server, url, count, []), 409, "grant-used")
        #expect(server.originals(of: picture).count == 1)
        try await server.stop()
    }

    @Test("Wrong offsets, checksums, types, versions and lengths get precise answers, and nothing is lost")
    func refusals() async throws {
        let server = try await Server.start()
        let picture = Picture.photo(width: 200, height: 100)
        let url = try await create(server, picture.bytes.count)
        #expect(try await patch(server, url, 0, picture.bytes[..<500]).status == 204)
        try expectProblem(await patch(server, url, 0, picture.bytes[..<500]), 409, "offset-differs")
        try expectProblem(await patch(server, url, 501, picture.bytes[501..<510]), 409, "offset-differs")
        try expectProblem(await patch(server, url, 500, picture.bytes[500...] + [0]), 413, "body-too-large")
        let sha1 = "sha1 \(Data(repeating: 0, count: 20).base64EncodedString())"
        try expectProblem(
            await patch(server, url, 500, picture.bytes[500..<600], checksum: sha1), 460, "checksum-mismatch")
        for bad in ["md5 AAAA", "sha1", "sha256 \(Data(repeating: 0, count: 20).base64EncodedString())"] {
            let answer = try await patch(server, url, 500, picture.bytes[500..<600], checksum: bad)
            try expectProblem(answer, 400, "invalid-header")
            #expect(answer["tus-resumable"] == Self.version)
        }
        let type = try await server.stranger.call(
            "PATCH", url, headers: ["Tus-Resumable": Self.version, "Upload-Offset": "500"],
            .bytes([1], type: "image/jpeg"))
        try expectProblem(type, 415, "unsupported-media-type")
        let version = try await server.stranger.call("HEAD", url, headers: ["Tus-Resumable": "0.2.2"])
        #expect(version.status == 412 && version["tus-version"] == Self.version)
        for length in ["-1", "x", "99999999999999999999"] {
            let answer = try await server.stranger.call(
                "POST", try await self.url(server), headers: ["Tus-Resumable": Self.version, "Upload-Length": length])
            try expectProblem(answer, 400, "invalid-header")
        }
        let large = try await server.stranger.call(
            "POST", try await self.url(server), headers: ["Tus-Resumable": Self.version, "Upload-Length": "9999999999"])
        try expectProblem(large, 413, "file-too-large")
        #expect(try await head(server, url)["upload-offset"] == "500")
        #expect(try await server.stranger.get(url).json["state"]?.string == "receiving")
        let options = try await server.stranger.call("OPTIONS", url)
        #expect(options.status == 204 && options["tus-extension"]?.contains("termination") == true)
        let ended = try await server.stranger.call("DELETE", url, headers: ["Tus-Resumable": Self.version])
        #expect(ended.status == 204)
        #expect(try await head(server, url).status == 404)
        try await server.stop()
    }

    @Test("A whole picture may come with its creation, and a client without PATCH names it in a header")
    func shortcuts() async throws {
        let server = try await Server.start()
        let picture = Picture.photo(width: 60, height: 40)
        let body = Client.Body.bytes(picture.bytes, type: "application/offset+octet-stream")
        let one = try await url(server)
        let made = try await server.stranger.call(
            "POST", one, headers: ["Tus-Resumable": Self.version, "Upload-Length": "\(picture.bytes.count)"], body)
        #expect(made.status == 201 && made["upload-offset"] == "\(picture.bytes.count)", "\(made)")
        #expect(try await server.stranger.get(one).json["state"]?.string == "done")
        let two = try await create(server, picture.bytes.count)
        let sent = try await server.stranger.call(
            "POST", two,
            headers: ["Tus-Resumable": Self.version, "X-HTTP-Method-Override": "PATCH", "Upload-Offset": "0"], body)
        #expect(sent.status == 204, "\(sent)")
        #expect(try await server.stranger.get(two).json["isNew"]?.bool == false)
        try await server.stop()
    }
}
