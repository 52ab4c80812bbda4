import AgBase
import FoundationEssentials
import Glibc
import Testing

@testable import AgHTTP

/// Requests that are refused before any handler is asked, by us or by the library below.
@Suite("A request refused before its handler", .timeLimit(.minutes(1)))
struct RefusalOnSocketTests {
    struct Refused: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let text: String
        let status: Int
        let code: String

        init(_ name: String, _ text: String, _ status: Int, _ code: String) {
            testDescription = name
            self.text = text
            self.status = status
            self.code = code
        }
    }

    private static let get = "GET / HTTP/1.1\r\nHost: a\r\n"
    private static let chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"

    private static func fields(_ count: Int, _ value: String = "1") -> String {
        (0..<count).map { "X-\($0): \(value)\r\n" }.joined()
    }

    static let all = [
        Refused("no host", "GET / HTTP/1.1\r\n\r\n", 400, "malformed-head"),
        Refused("two hosts", get + "Host: b\r\n\r\n", 400, "invalid-host"),
        Refused("another version", "GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505, "unknown-version"),
        Refused("a folded line", get + " b\r\n\r\n", 400, "malformed-head"),
        Refused("a blank before a colon", get + "X : b\r\n\r\n", 400, "invalid-header"),
        Refused("line feeds alone", "GET / HTTP/1.1\nHost: a\n\n", 400, "malformed-head"),
        Refused("a length that is none", get + "Content-Length: x\r\n\r\n", 400, "malformed-head"),
        Refused("two lengths", get + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400, "ambiguous-length"),
        Refused("an unknown coding", get + "Transfer-Encoding: gzip\r\n\r\n", 501, "unknown-transfer-encoding"),
        Refused("an unknown expectation", get + "Expect: cake\r\n\r\n", 417, "unknown-expectation"),
        Refused("too many fields", get + fields(200) + "\r\n", 431, "too-many-headers"),
        Refused("more fields than there is memory for", get + fields(2_000) + "\r\n", 431, "head-too-large"),
        Refused(
            "fields that fill the memory evenly", get + fields(900, "0123456789012345678901234567890123456789"), 431,
            "head-too-large"),
        Refused("a long field", get + "X: \(String(repeating: "x", count: 20_000))\r\n\r\n", 431, "head-too-large"),
        Refused(
            "a long target", "GET /\(String(repeating: "x", count: 9_000)) HTTP/1.1\r\nHost: a\r\n\r\n", 414,
            "target-too-long"),
        Refused(
            "a very long target", "GET /\(String(repeating: "x", count: 40_000)) HTTP/1.1\r\nHost: a\r\n\r\n", 414,
            "target-too-long"),
        Refused("a target that is none", "GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400, "invalid-target"),
        Refused(
            "257 items of a query", "GET /?\(String(repeating: "a&", count: 256))a HTTP/1.1\r\nHost: a\r\n\r\n", 400,
            "too-many-query-items"),
        Refused(
            "3000 items of a query", "GET /?\(String(repeating: "a&", count: 3_000)) HTTP/1.1\r\nHost: a\r\n\r\n", 400,
            "too-many-query-items"),
        Refused("a chunk without a size", chunked + "zz\r\nx\r\n", 400, "malformed-body"),
        Refused("a chunk of endless size", chunked + "fffffffffffffffffff\r\nx\r\n", 413, "body-too-large"),
    ]

    @Test(
        "is answered with a whole problem, completed as every answer, and then closed; it is counted and logged once",
        arguments: all)
    func refused(_ refused: Refused) async throws {
        let lines = LogLines()
        var settings = HTTPServerSettings(host: "127.0.0.1", port: 0)
        settings.tick = .milliseconds(10)
        let server = HTTPServer(
            settings: settings, log: Log(to: lines, level: .info),
            finish: { answer, _ in answer.headers.add("X-Finished", "yes") }
        ) { request in
            let count = try? await request.body.bytes(limit: 100).count
            return .text(200, "\(count ?? -1)")
        }
        let port = try server.start()
        let (answer, rest) = try await blocking {
            let client = try RawClient(port: port)
            let answer = try client.request(refused.text)
            return (answer, try client.rest())
        }
        await server.shutdown(grace: .zero)
        #expect(answer.status == refused.status)
        #expect(answer.header("content-type") == "application/problem+json")
        #expect(answer.header("x-finished") == "yes")
        #expect(answer.header("date") != nil)
        let problem = try JSONValue(json: answer.body)
        #expect(problem["code"]?.string == refused.code)
        #expect(problem["status"]?.int == Int64(refused.status))
        #expect(problem["requestId"]?.string == answer.header("x-request-id"))
        #expect(rest.isEmpty)
        #expect(server.metrics.refusedRequests == 1)
        let told = lines.all.filter { $0.sentence.hasPrefix("request") }
        #expect(told.count == 1, "\(told)")
        let facts = Dictionary(uniqueKeysWithValues: told.first?.facts.map { ($0.name, $0.value) } ?? [])
        #expect(facts["status"] == "\(refused.status)" && facts["client"] == "127.0.0.1")
        #expect(facts["request_id"] == answer.header("x-request-id"))
    }

    @Test("is told which head it had, where that could be read")
    func heads() async throws {
        let seen = LogLines()
        let log = Log(to: seen)
        let settings = HTTPServerSettings(host: "127.0.0.1", port: 0)
        let server = HTTPServer(
            settings: settings, log: Log(to: SilentSink()),
            finish: { _, head in log.info("seen", ["origin": head?.headers["origin"] ?? "-"]) },
            handler: { _ in HTTPResponse(204) })
        let port = try server.start()
        try await blocking {
            for text in ["Host: a\r\nExpect: cake\r\nOrigin: o\r\n\r\n", "Origin: o\r\n\r\n"] {
                let client = try RawClient(port: port)
                _ = try client.request("GET / HTTP/1.1\r\n" + text)
            }
        }
        await server.shutdown(grace: .zero)
        #expect(seen.all.map { $0.facts.first?.value } == ["o", "-"])
    }

    @Test(
        "without so much as a request line is closed without an answer, counted and logged once",
        arguments: ["hello\r\n\r\n", "\u{16}\u{3}\u{1}\r\n"], [0, 1, 2])
    func noRequestLine(_ text: String, after requests: Int) async throws {
        let lines = LogLines()
        try await withServer(log: Log(to: lines), handler: { _ in HTTPResponse(204) }) { server, port in
            let isClosed = try await blocking {
                let client = try RawClient(port: port)
                for _ in 0..<requests { #expect(try client.get("/").status == 204) }
                try client.send(text)
                let isClosed = try client.isClosed()
                // It has not gone by itself: that would be no refusal.
                while server.metrics.refusedRequests == 0 { usleep(1_000) }
                return isClosed
            }
            #expect(isClosed && server.metrics.refusedRequests == 1)
        }
        #expect(lines.all.filter { $0.sentence == "request refused" }.count == 1)
    }

    @Test(
        "is no end of a connection that client or server had announced",
        arguments: [
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n", "GET / HTTP/1.0\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        ])
    func announced(_ text: String) async throws {
        let lines = LogLines()
        try await withServer(log: Log(to: lines), handler: { _ in HTTPResponse(204) }) { server, port in
            try await blocking {
                let client = try RawClient(port: port)
                #expect(try client.request(text).status == 204)
                #expect(try client.rest().isEmpty)
            }
            try await until { server.metrics.openConnections == 0 }
            #expect(server.metrics.refusedRequests == 0)
        }
        #expect(lines.all.allSatisfy { $0.sentence != "request refused" })
    }

    @Test("is no request that ends because its client has gone, or has said nothing")
    func silence() async throws {
        let lines = LogLines()
        let tune = { (settings: inout HTTPServerSettings) in settings.headTimeout = .milliseconds(200) }
        try await withServer(tune, log: Log(to: lines), handler: { _ in HTTPResponse(204) }) { server, port in
            try await blocking {
                _ = try RawClient(port: port)
                let client = try RawClient(port: port)
                try client.send("GET / HT")
            }
            try await until { server.metrics.acceptedConnections == 2 && server.metrics.openConnections == 0 }
            #expect(server.metrics.refusedRequests == 0)
        }
        #expect(lines.all.allSatisfy { $0.sentence != "request refused" })
    }

    @Test("256 items of a query are read, and arrive")
    func manyItems() async throws {
        try await withServer(handler: { request in .text(200, "\((try? request.query.items().count) ?? -1)") }) {
            _, port in
            let text = try await blocking {
                try RawClient(port: port).get("/?\((0..<256).map { "item\($0)=\($0)" }.joined(separator: "&"))").text
            }
            #expect(text == "256")
        }
    }
}
