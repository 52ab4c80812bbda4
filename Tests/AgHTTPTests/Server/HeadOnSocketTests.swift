import AgBase
import AgHTTP
import Synchronization
import Testing

@Suite("A request's head on a socket", .timeLimit(.minutes(1)))
struct HeadOnSocketTests {
    private static func routes(_ router: inout Router) {
        router.on(.get, "/") { _, _ in .text(200, "home") }
        router.on(.post, "/") { request, _ in .text(200, "\(try await request.body.bytes(limit: 100).count)") }
        router.on(.get, "/echo") { request, _ in
            .text(200, "\(request.headers["X-Thing"] ?? "-") \(request.headers.all("x-many")) \(request.peer)")
        }
    }

    @Test(
        "shapes that could smuggle a second request are refused and the connection closed",
        arguments: [
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", [400]),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", [400]),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na", [400]),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\na", [400]),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1,1\r\n\r\na", [400]),
            (
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
                [400]
            ),
            ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", [400, 501]),
            ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", [400, 501]),
            ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n", [400, 501]),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 1\r\n\r\na", [400]),
            ("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", [400]),
            ("GET / HTTP/1.1\r\n\r\n", [400]),
            ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", [400]),
            ("GET / HTTP/1.1\r\nHost: a\r\nX\u{1}: b\r\n\r\n", [400]),
            ("GET /% HTTP/1.1\r\nHost: a\r\n\r\n", [400]),
            ("GET a HTTP/1.1\r\nHost: a\r\n\r\n", [400]),
            // The library joins a folded line to the NAME before it: these two would be a length and a coding.
            ("POST / HTTP/1.1\r\nHost: a\r\nContent: 1\r\n -Length\r\n\r\na", [400]),
            ("POST / HTTP/1.1\r\nHost: a\r\nTransfer: chunked\r\n\t-Encoding\r\n\r\n0\r\n\r\n", [400]),
            ("GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n", [400]),
            ("GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n  \r\n\r\n", [400]),
            ("GET / HTTP/1.1\r\n Host: a\r\nHost: a\r\n\r\n", [400]),
            ("GET / HTTP/1.1\nHost: a\r\n\r\n", [400]),
            ("GET / HTTP/1.1\r\nHost: a\n\r\n", [400]),
            ("GET / HTTP/1.1\r\nHost: a\r\n\n", [400]),
            ("GET / HTTP/1.1\r\nHost: a\r\nX: b\rContent-Length: 1\r\n\r\n", [400]),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\u{0}0\r\n\r\na", [400]),
            ("GET / HTTP/1.1\r\nHost: a\r\nX: b\u{0}\r\n\r\n", [400]),
            ("GET / HTTP/1.1\r\nHost: a\r\n\u{0}\r\n\r\n", [400]),
            ("GET /\u{0} HTTP/1.1\r\nHost: a\r\n\r\n", [400]),
            ("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", [400]),
            ("G(T / HTTP/1.1\r\nHost: a\r\n\r\n", [400]),
            ("GET / HTTP/1.1\r\nHost: a\r\nExpect: cake\r\n\r\n", [417]),
        ])
    func smuggling(_ text: String, _ statuses: [Int]) async throws {
        try await withServer(routes: Self.routes) { _, port in
            let (answer, rest) = try await blocking {
                let client = try RawClient(port: port)
                let answer = try client.request(text + "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n")
                return (answer, try client.rest())
            }
            #expect(statuses.contains(answer.status))
            // The library's own refusals announce less than they send; what matters is that there is no second answer.
            #expect(!String(decoding: rest, as: UTF8.self).contains("HTTP/1"), "nothing is read behind it")
        }
    }

    @Test("more header fields than allowed are refused")
    func manyFields() async throws {
        try await withServer(routes: Self.routes) { _, port in
            let answers = try await blocking {
                let fields = { (count: Int) in (0..<count).map { "X-\($0): 1\r\n" }.joined() }
                return [
                    try RawClient(port: port).get("/", headers: fields(127)),
                    try RawClient(port: port).get("/", headers: fields(128)),
                ]
            }
            #expect(answers.map(\.status) == [200, 431])
        }
    }

    @Test("a target longer than allowed, or than the memory for it, is refused")
    func longTarget() async throws {
        try await withServer({ $0.maxTargetLength = 100 }, routes: Self.routes) { _, port in
            let statuses = try await blocking {
                [
                    try RawClient(port: port).get("/?" + String(repeating: "x", count: 98)).status,
                    try RawClient(port: port).get("/?" + String(repeating: "x", count: 99)).status,
                    try RawClient(port: port).get("/?" + String(repeating: "x", count: 40_000)).status,
                ]
            }
            #expect(statuses == [200, 414, 414])
        }
    }

    @Test("header fields arrive as they were sent")
    func fields() async throws {
        try await withServer(routes: Self.routes) { _, port in
            let answer = try await blocking {
                try RawClient(port: port).get("/echo", headers: "x-THING:  spaced out \r\nX-Many: 1\r\nx-many: ü\r\n")
            }
            #expect(answer.text == "spaced out [\"1\", \"ü\"] 127.0.0.1")
        }
    }

    @Test("a head of many fields is read, and checked, as one of few", arguments: [20, 31, 32, 33, 60, 100])
    func unusuallyMany(_ count: Int) async throws {
        try await withServer(routes: Self.routes) { _, port in
            let fields = (0..<count).map { "X-\($0): \($0)\r\n" }.joined()
            let (good, folded, twoHosts) = try await blocking {
                (
                    try RawClient(port: port).get("/echo", headers: fields + "X-Thing: last\r\nX-Many: one\r\n"),
                    try RawClient(port: port).get("/echo", headers: fields + "X-Many: one\r\n two\r\n"),
                    try RawClient(port: port).get("/echo", headers: fields + "Host: b\r\n")
                )
            }
            #expect(good.status == 200 && good.text == "last [\"one\"] 127.0.0.1")
            #expect(folded.status == 400 && twoHosts.status == 400)
        }
    }

    @Test("a harmless request id is kept, another replaced")
    func requestID() async throws {
        try await withServer(routes: Self.routes) { _, port in
            let ids = try await blocking {
                [
                    try RawClient(port: port).get("/", headers: "X-Request-Id: abc-1\r\n").header("x-request-id"),
                    try RawClient(port: port).get("/", headers: "X-Request-Id: a b\r\n").header("x-request-id"),
                    try RawClient(port: port).get("/nothing", headers: "X-Request-Id: abc-2\r\n").header(
                        "x-request-id"),
                ]
            }
            #expect(ids[0] == "abc-1")
            #expect(ids[1]?.contains(" ") == false)
            #expect(ids[2] == "abc-2")
        }
    }

    /// Heads of about so many bytes, each taking up the connection's memory in another way.
    enum LargeHead: CaseIterable {
        case longField, manyFields, cookies

        func fields(_ bytes: Int) -> String {
            switch self {
            case .longField: "X-Long: \(String(repeating: "x", count: bytes))\r\n"
            case .manyFields:
                String(repeating: "X-Many: \(String(repeating: "x", count: bytes / 100))\r\n", count: 100)
            case .cookies:
                "Cookie: \(String(repeating: "a=\(String(repeating: "b", count: 60)); ", count: bytes / 65))\r\n"
            }
        }
    }

    @Test("a head of any length is answered: it takes effect, or is refused with 431", arguments: LargeHead.allCases)
    func largeHeads(_ shape: LargeHead) async throws {
        let effects = Mutex(0)
        let handler: HTTPServer.Handler = { _ in
            effects.withLock { $0 += 1 }
            var answer = HTTPResponse.text(200, "done")
            for number in 0..<30 { answer.headers.add("X-Answer-\(number)", String(repeating: "y", count: 80)) }
            return answer
        }
        try await withServer(handler: handler) { _, port in
            let statuses = try await blocking {
                try stride(from: 5_000, to: 21_000, by: 97).map {
                    try RawClient(port: port).get("/", headers: shape.fields($0)).status
                }
            }
            #expect(Set(statuses) == [200, 431])
            #expect(statuses.count { $0 == 200 } == effects.withLock { $0 })
        }
    }

    @Test("a head that drips is cut off")
    func slowHead() async throws {
        try await withServer({ $0.headTimeout = .milliseconds(50) }, routes: Self.routes) { server, port in
            let isClosed = try await blocking {
                let client = try RawClient(port: port)
                try client.send("GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ")
                return try client.isClosed()
            }
            #expect(isClosed)
            #expect(server.metrics.cutConnections == 1)
        }
    }

    @Test("an idle connection is closed, after its time and not before")
    func idle() async throws {
        try await withServer({ $0.idleTimeout = .milliseconds(50) }, routes: Self.routes) { server, port in
            let isClosed = try await blocking {
                let client = try RawClient(port: port)
                _ = try client.get("/")
                return try client.isClosed()
            }
            #expect(isClosed)
            #expect(server.metrics.cutConnections == 0)
        }
    }

    @Test("HTTP/1.0 is answered and closed")
    func oldVersion() async throws {
        try await withServer(routes: Self.routes) { _, port in
            let (answer, isClosed) = try await blocking {
                let client = try RawClient(port: port)
                return (try client.request("GET / HTTP/1.0\r\n\r\n"), try client.isClosed())
            }
            #expect(answer.text == "home")
            #expect(isClosed)
        }
    }

    @Test("one address has at most so many connections")
    func perAddress() async throws {
        try await withServer({ $0.maxConnectionsPerAddress = 2 }, routes: Self.routes) { _, port in
            let answers = try await blocking {
                let first = try RawClient(port: port)
                let second = try RawClient(port: port)
                let texts = [try first.get("/").text, try second.get("/").text]
                let third = try RawClient(port: port)
                return texts + [try third.isClosed() ? "closed" : "open"]
            }
            #expect(answers == ["home", "home", "closed"])
        }
    }
}
