import AgBase
import AgHTTP
import Synchronization
import Testing

@Suite("An answer that was there before", .timeLimit(.minutes(1)))
struct PreparedAnswerTests {
    private static let body = [UInt8](repeating: 0x61, count: 6_000)

    private static func prepared(_ status: Int = 200, _ headers: HTTPHeaders = ["ETag": "\"v1\""]) -> PreparedResponse {
        PreparedResponse(HTTPResponse(status, headers: headers, body: status == 200 ? .bytes(body) : .empty))
    }

    /// Serves what is there under `/ready`, and everything else by a handler that says `asked`.
    private func withReady(
        _ answer: PreparedResponse, loops: Int = 1, _ body: @escaping @Sendable (Int) async throws -> Void
    ) async throws {
        try await withServer(
            { $0.loops = loops },
            ready: { $0.target == "/ready" && $0.method == .get ? .prepared(answer) : nil },
            handler: { _ in .text(200, "asked") }
        ) { _, port in try await body(port) }
    }

    @Test("goes to everybody with the same headers and with the id of his own request, on any number of loops")
    func many() async throws {
        try await withReady(Self.prepared(), loops: 2) { port in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for client in 0..<8 {
                    group.addTask { try await blocking { try Self.askOften(port, client) } }
                }
                try await group.waitForAll()
            }
        }
    }

    private static func askOften(_ port: Int, _ number: Int) throws {
        let client = try RawClient(port: port)
        for turn in 0..<50 {
            let answer = try client.get("/ready", headers: "X-Request-Id: \(number)-\(turn)\r\n")
            #expect(answer.status == 200 && answer.body == body)
            #expect(answer.headers.filter { $0.name == "X-Request-Id" }.map(\.value) == ["\(number)-\(turn)"])
            #expect(answer.header("ETag") == "\"v1\"" && answer.header("Content-Length") == "6000")
        }
    }

    @Test("has an id that nobody else has, when the client gives none")
    func ids() async throws {
        try await withReady(Self.prepared()) { port in
            let ids = try await blocking {
                let client = try RawClient(port: port)
                return try (0..<20).map { _ in try client.get("/ready").header("X-Request-Id") ?? "" }
            }
            #expect(Set(ids).count == 20 && !ids.contains(""))
        }
    }

    @Test("keeps the order of requests that are sent without waiting, between those that a handler answers")
    func pipelined() async throws {
        try await withReady(Self.prepared()) { port in
            try await blocking {
                let client = try RawClient(port: port)
                let targets = (0..<12).map { $0.isMultiple(of: 3) ? "/other" : "/ready" }
                for target in targets { try client.send("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n") }
                for target in targets {
                    #expect(try client.answer().body == (target == "/ready" ? Self.body : Array("asked".utf8)))
                }
            }
        }
    }

    @Test("may be a 304, which names the length of what it stands for and has no body")
    func unchanged() async throws {
        try await withReady(Self.prepared(304, ["ETag": "\"v1\"", "Content-Length": "6000"])) { port in
            try await blocking {
                let client = try RawClient(port: port)
                for _ in 0..<3 {
                    let answer = try client.get("/ready")
                    #expect(answer.status == 304 && answer.header("ETag") == "\"v1\"")
                    #expect(answer.headers.filter { $0.name == "Content-Length" }.map(\.value) == ["6000"])
                }
                #expect(try client.get("/other").text == "asked")
            }
        }
    }

    @Test("is not looked for when the request has a body, another method or a head that breaks the rules")
    func others() async throws {
        try await withReady(Self.prepared()) { port in
            try await blocking {
                let client = try RawClient(port: port)
                try client.send("GET /ready HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi")
                #expect(try client.answer().text == "asked")
                try client.send("POST /ready HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try client.answer().text == "asked")
                try client.send("GET /ready HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
                #expect(try client.answer().status == 400)
            }
        }
    }

    @Test("is sent to the end although nobody else holds it any more")
    func letGo() async throws {
        let held = Mutex<PreparedResponse?>(Self.prepared())
        try await withServer(
            ready: { _ in
                held.withLock { held in
                    defer { held = nil }
                    return held.map { .prepared($0) }
                }
            },
            handler: { _ in .text(200, "asked") }
        ) { _, port in
            try await blocking {
                let client = try RawClient(port: port)
                #expect(try client.get("/").body == Self.body)
                #expect(try client.get("/").text == "asked")
            }
        }
    }
}
