import AgBase
import AgTesting
import Testing

@Suite("Operations", .server(), .serverLog, .timeLimit(.minutes(1)))
struct OperationsTests {
    let server: Server

    init() throws { server = try Server.ofSuite }

    @Test("can ask whether it lives and is ready")
    func health() async throws {
        #expect(try await server.stranger.get("/livez").json["status"]?.string == "alive")
        let ready = try await server.stranger.get("/readyz")
        #expect(ready.status == 200)
        #expect(try ready.json["status"]?.string == "ready")
        #expect(try await server.stranger.call("HEAD", "/readyz").status == 200)
    }

    @Test("can count what happened")
    func metrics() async throws {
        _ = try await server.addAndFinish(.photo())
        let answer = try await server.client.get("/metrics")
        #expect(answer.status == 200)
        #expect(answer["content-type"]?.hasPrefix("text/plain") == true)
        for line in answer.text.split(separator: "\n") where !line.hasPrefix("#") {
            let value = line.split(separator: " ").last.map(String.init) ?? ""
            #expect(Double(value) != nil || value == "+Inf", "\(line)")
        }
        #expect(answer.text.contains("/api/images/upload"))
        #expect(!answer.text.contains(Server.token))
    }

    @Test("can count connections, refusals and bytes that no route sees")
    func connectionMetrics() async throws {
        let before = try await numbers()
        var open: [Connection] = []
        for _ in 0..<5 { open.append(try await Connection.open(server.client.port)) }
        try await open[0].send(Array("GET / HTTP/1.1\r\n\r\n".utf8))
        _ = try await open[0].answer(within: .seconds(5))
        let sent = Picture.photo().bytes.count
        _ = try await server.client.call("POST", "/api/images/upload", .form(.of([("a.jpg", Picture.photo().bytes)])))
        let after = try await numbers()
        func growth(_ name: String) -> Double { (after[name] ?? -1) - (before[name] ?? .infinity) }
        #expect(after["argentum_http_connections"] ?? 0 >= 4)
        #expect(growth("argentum_http_connections_total") >= 7)
        #expect(growth("argentum_http_refused_total") >= 1)
        #expect(growth("argentum_http_request_bytes_total") >= Double(sent) / 2)
        #expect(growth("argentum_http_response_bytes_total") >= 100)
        #expect(growth("argentum_http_answered_total") >= 2)
        for name in ["argentum_http_connections_cut_total", "argentum_http_abandoned_total"] {
            #expect(growth(name) >= 0, "\(name)")
        }
        #expect(after["argentum_database_waiting_writes"] != nil)
        for connection in open { connection.hangUp() }
    }

    /// Every metric without labels.
    private func numbers() async throws -> [String: Double] {
        let text = try await server.client.get("/metrics").text
        let lines = text.split(separator: "\n").map { $0.split(separator: " ") }
        return Dictionary(lines.compactMap { line in Double(line[1]).map { (String(line[0]), $0) } }) { first, _ in
            first
        }
    }

    @Test("have a description of every call")
    func openAPI() async throws {
        let document = try await server.json("/openapi.json")
        for path in [
            "/api/images/upload", "/api/uploads", "/api/images", "/api/images/{id}", "/api/images/{id}/status",
            "/api/images/{id}/thumbnail", "/api/images/{id}/original", "/api/images/{id}/sign",
            "/api/images/{id}/reprocess", "/api/sessions/{sessionId}/images", "/api/events", "/api/jobs",
            "/api/jobs/status", "/livez", "/readyz", "/metrics",
        ] {
            #expect(document["paths"]?[path] != nil, "\(path)")
        }
    }

    @Test("have a page to look at, which loads nothing from elsewhere")
    func page() async throws {
        let page = try await server.stranger.get("/")
        #expect(page.status == 200)
        #expect(page["content-type"]?.hasPrefix("text/html") == true)
        #expect(page["content-security-policy"]?.contains("default-src 'none'") == true)
        #expect(!page.text.contains("https://") || !page.text.contains("src=\"https://"))
        let tag = try #require(page["etag"])
        #expect(try await server.stranger.get("/", headers: ["If-None-Match": tag]).status == 304)
    }

    @Test("never find a secret in the log")
    func log() async throws {
        let made = try await server.client.post("/api/uploads", [:])
        let url = try #require(try made.json["uploadUrl"]?.string)
        let secret = try #require(url.split(separator: "=").last.map(String.init))
        _ = try await server.stranger.call("PUT", url, .bytes(Picture.photo().bytes, type: "image/jpeg"))
        _ = try await server.client.get("/api/images/7")
        for file in server.folder.files() where file.hasSuffix(".log") {
            let text = readText("\(server.folder.path)/\(file)") ?? ""
            #expect(!text.isEmpty)
            #expect(!text.contains(Server.token))
            #expect(!text.contains(secret))
        }
    }

    @Test("under another public address give out links that lead there")
    func publicURL() async throws {
        let own = try await Server.start(["--public-url", "https://pictures.example/silver"])
        let image = try await own.add(.photo())
        #expect(image["url"]?.string?.hasPrefix("https://pictures.example/silver/api/images/") == true)
        let grant = try await own.client.post("/api/uploads", [:])
        #expect(try grant.json["uploadUrl"]?.string?.hasPrefix("https://pictures.example/silver/api/uploads/") == true)
        try await own.stop()
    }
}
