import AgBase
import AgTesting
import Testing

@Suite("A file's name from a stranger", .server(), .serverLog, .timeLimit(.minutes(1)))
struct FileNameTests {
    let server: Server

    init() throws { server = try Server.ofSuite }

    static let names: [(name: [UInt8], shown: String?)] = [
        (Array("../../../../tmp/argentum-evil.jpg".utf8), "argentum-evil.jpg"),
        (Array("..\\\\..\\\\argentum-evil.jpg".utf8), "argentum-evil.jpg"),
        (Array("/etc/argentum-evil".utf8), "argentum-evil"),
        (Array("..".utf8), nil),
        (Array(".".utf8), nil),
        (Array("".utf8), nil),
        (Array("argentum-evil%2F..%2F.jpg".utf8), nil),
        (Array("argentum-evil\u{202E}gpj.exe".utf8), nil),
        (Array(String(repeating: "argentum-evil", count: 200).utf8), nil),
        (Array("argentum-evil".utf8) + [0] + Array(".jpg".utf8), nil),
        (Array("argentum-evil".utf8) + [0xFF, 0xFE] + Array(".jpg".utf8), nil),
        (Array("argentum-evil;rm -rf $HOME`id`.jpg".utf8), nil),
        (Array("CON".utf8), "CON"),
    ]

    @Test("of no letters is none, and a long one keeps its extension where it is delivered")
    func emptyAndLong() async throws {
        for name in ["", "...", "a/"] {
            let answer = try await server.upload([(name, Picture.photo(width: 40, height: 30).bytes)])
            let image = try #require(try answer.json["images"]?.array?.first)
            #expect(image["originalFilename"] == .null, "\(name)")
        }
        let name = String(repeating: "é", count: 500) + ".jpg"
        let answer = try await server.upload([(name, Picture.photo(width: 40, height: 30).bytes)])
        let id = try server.id(try #require(try answer.json["images"]?.array?.first))
        let original = try await server.client.get("/api/images/\(id)/original")
        #expect(original["content-disposition"]?.hasSuffix(".jpg") == true)
    }

    @Test("never reaches the disk, and nobody's screen as it was sent", arguments: 0..<13)
    func harmless(_ index: Int) async throws {
        let (name, shown) = Self.names[index]
        let picture = Picture.photo(width: 40, height: 30)
        let start = Array("--b\r\nContent-Disposition: form-data; name=\"images\"; filename=\"".utf8)
        let body = start + name + Array("\"\r\n\r\n".utf8) + picture.bytes + Array("\r\n--b--\r\n".utf8)
        let answer = try await server.client.call(
            "POST", "/api/images/upload", .bytes(body, type: "multipart/form-data; boundary=b"))
        // A name may be taken for a picture's or refused with the whole form; it may not break anything.
        #expect([201, 400, 422].contains(answer.status), "\(answer)")
        if answer.status == 201 {
            let id = try server.id(try #require(try answer.json["images"]?.array?.first))
            let details = try await server.finish(id)
            let seen = details["originalFilename"]?.string ?? ""
            #expect(!seen.unicodeScalars.contains { $0 == "/" || $0 == "\\" || $0.value < 0x20 || $0.value == 0x202E })
            #expect(seen.utf8.count <= 255 && seen != ".." && seen != ".")
            if let shown { #expect(seen == shown) }
            let original = try await server.client.get("/api/images/\(id)/original")
            #expect(original.body == picture.bytes)
        } else {
            try expectProblem(answer, answer.status, try #require(try answer.json["code"]?.string))
        }
        for file in server.folder.files() {
            #expect(!file.contains("evil") && !file.contains("CON"), "\(file)")
        }
        #expect(readBytes("/tmp/argentum-evil.jpg") == nil)
    }
}
