import AgBase
import AgTesting
import Testing

@Suite("A bad request", .server(on: [.sqlite]), .serverLog, .timeLimit(.minutes(1)))
struct BadRequestTests {
    let server: Server

    init() throws { server = try Server.ofSuite }

    @Test(
        "for an id that does not or cannot exist is not found",
        arguments: [
            "01998c00-0000-7000-8000-000000000000", "7", "abc", "-1", "01998c00-0000-7000-8000-00000000000",
            "01998c00-0000-7000-8000-0000000000000", "zzzzzzzz-0000-7000-8000-000000000000", "..%2F..%2Fetc%2Fpasswd",
            "%F0%9F%AA%99", "null", "*", "1%20OR%201=1",
        ])
    func ids(_ id: String) async throws {
        for tail in ["", "/details", "/status", "/thumbnail", "/original", "/variants/small", "/variants/small.webp"] {
            let answer = try await server.client.get("/api/images/\(id)\(tail)")
            #expect(["no-such-image", "not-found"].contains(try answer.json["code"]?.string), "\(answer)")
            try expectProblem(answer, 404, try #require(try answer.json["code"]?.string))
        }
        #expect(try await server.client.call("DELETE", "/api/images/\(id)").status == 404)
        #expect(try await server.client.post("/api/images/\(id)/reprocess", [:]).status == 404)
        #expect(try await server.client.post("/api/images/\(id)/sign", ["variant": "original"]).status == 404)
        #expect(try await server.client.get("/api/jobs/\(id)").status == 404)
        #expect(try await server.client.post("/api/jobs/\(id)/retry", [:]).status == 404)
        #expect(
            try await server.stranger.call("PUT", "/api/uploads/\(id)?key=x", .bytes([1], type: "image/png")).status
                == 404)
    }

    @Test(
        "for a place that is not there says so",
        arguments: ["/api", "/api/nothing", "/api/images/", "/index.php", "//", "/api//images"])
    func places(_ path: String) async throws {
        try expectProblem(await server.client.get(path), 404, "not-found")
    }

    @Test(
        "by a method that is not taken says which are",
        arguments: [
            ("PUT", "/api/images", "GET"), ("DELETE", "/api/images", "GET"), ("GET", "/api/images/upload", "POST"),
            ("PATCH", "/api/images/01998c00-0000-7000-8000-000000000000", "DELETE"), ("POST", "/livez", "GET"),
            ("GET", "/api/uploads", "POST"), ("BREW", "/api/images", "GET"),
        ])
    func methods(_ method: String, _ path: String, _ allowed: String) async throws {
        let answer = try await server.client.call(method, path)
        if method == "GET", path == "/api/images/upload" {
            // `upload` might be an id; one that cannot exist.
            #expect([404, 405].contains(answer.status))
            return
        }
        try expectProblem(answer, 405, "method-not-allowed")
        let methods = answer["allow"]?.split(separator: ",").map { $0.filter { $0 != " " } } ?? []
        #expect(methods.contains(allowed), "\(methods)")
    }

    @Test(
        "with a body that is not the JSON it should be is refused",
        arguments: [
            ("{", 400, "invalid-json"), ("nonsense", 400, "invalid-json"), ("{\"maxBytes\":}", 400, "invalid-json"),
            ("[]", 422, "invalid-body"), ("\"text\"", 422, "invalid-body"), ("7", 422, "invalid-body"),
            ("{\"maxBytes\":\"a\"}", 422, "invalid-body"), ("{\"maxBytes\":1e99}", 422, "invalid-body"),
            ("{\"expiresIn\":1.5}", 422, "invalid-body"), (String(repeating: "[", count: 60_000), 400, "invalid-json"),
        ])
    func json(_ text: String, _ status: Int, _ code: String) async throws {
        let answer = try await server.client.call(
            "POST", "/api/uploads", .bytes(Array(text.utf8), type: "application/json"))
        try expectProblem(answer, status, code)
        try await expectAlive()
    }

    @Test("with JSON that is no UTF-8 is refused")
    func encoding() async throws {
        let bytes = Array("{\"filename\":\"".utf8) + [0xC3, 0x28] + Array("\"}".utf8)
        let answer = try await server.client.call("POST", "/api/uploads", .bytes(bytes, type: "application/json"))
        try expectProblem(answer, 400, "invalid-json")
    }

    @Test("with JSON under another type is refused")
    func type() async throws {
        let answer = try await server.client.call("POST", "/api/uploads", .bytes(Array("{}".utf8), type: "text/plain"))
        try expectProblem(answer, 415, "unsupported-media-type")
    }

    @Test("with more JSON than anybody needs is refused")
    func size() async throws {
        let text = "{\"filename\":\"\(String(repeating: "a", count: 2_000_000))\"}"
        let answer = try await server.client.call(
            "POST", "/api/uploads", .bytes(Array(text.utf8), type: "application/json"))
        try expectProblem(answer, 413, "body-too-large")
    }

    @Test(
        "with a path that is no UTF-8 or has a NUL in it is refused",
        arguments: ["/api/images/%FF", "/api/images/a%00b", "/%zz", "/%"])
    func paths(_ path: String) async throws {
        let answer = try await server.client.get(path)
        #expect([400, 404].contains(answer.status), "\(answer)")
        try expectProblem(answer, answer.status, try #require(try answer.json["code"]?.string))
    }

    @Test(
        "that contradicts itself about its body is refused, and the connection closed",
        arguments: [
            "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
            "Content-Length: -5\r\n\r\nhello", "Content-Length: 5x\r\n\r\nhello",
            "Transfer-Encoding: gzip\r\n\r\nhello",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        ])
    func framing(_ rest: String) async throws {
        let connection = try await Connection.open(server.client.port)
        let head = "POST /api/uploads HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(Server.token)\r\n"
        try await connection.send("\(head)Content-Type: application/json\r\n\(rest)")
        let answer = try await connection.answer()
        #expect([400, 501].contains(answer.status), "\(answer)")
        #expect(try await connection.isClosed())
        try await expectAlive()
    }

    @Test(
        "that is no HTTP is answered or dropped, and hurts nobody",
        arguments: [
            "\u{16}\u{3}\u{1}\0\0\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
            "\r\n\r\n\r\n\r\n",
        ])
    func noHTTP(_ text: String) async throws {
        let connection = try await Connection.open(server.client.port)
        try await connection.send(text)
        try connection.finishSending()
        if let answer = try? await connection.answer(within: .seconds(20)) {
            #expect(400..<600 ~= answer.status, "\(answer)")
        }
        try await expectAlive()
    }

    @Test("with more headers than fit is refused")
    func headers() async throws {
        let connection = try await Connection.open(server.client.port)
        try await connection.send(
            "GET /livez HTTP/1.1\r\nHost: a\r\nX-Long: \(String(repeating: "x", count: 200_000))\r\n\r\n")
        let answer = try await connection.answer()
        #expect([400, 413, 431].contains(answer.status), "\(answer)")
        try await expectAlive()
    }

    @Test("has an id of its own, which its log lines carry")
    func requestID() async throws {
        let ids = try await (0..<2).asyncMap { _ in
            try #require(try await server.client.get("/api/images/7").json["requestId"]?.string)
        }
        #expect(ids[0] != ids[1])
        // A line may be written a moment after its answer was sent.
        for id in ids { #expect(try await server.eventually(within: .seconds(10)) { server.logText.contains(id) }) }
    }

    func expectAlive() async throws {
        #expect(try await server.stranger.get("/livez").status == 200)
    }
}
