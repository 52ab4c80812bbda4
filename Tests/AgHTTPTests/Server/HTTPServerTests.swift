import AgBase
import AgHTTP
import Testing

@Suite("A server on a socket", .timeLimit(.minutes(1)))
struct HTTPServerTests {
    @Test("answers, and keeps the connection for the next request")
    func keepAlive() async throws {
        try await withServer(routes: { router in
            router.on(.get, "/hello/{name}") { _, parameters in .text(200, "hello \(try parameters["name"] as String)")
            }
        }) { _, port in
            let answers = try await blocking {
                let client = try RawClient(port: port)
                return [try client.get("/hello/ann"), try client.get("/hello/b%C3%BC")]
            }
            #expect(answers.map(\.status) == [200, 200])
            #expect(answers.map(\.text) == ["hello ann", "hello bü"])
            #expect(answers[0].header("X-Request-Id")?.count == 36)
            #expect(answers[0].header("Date") != nil)
        }
    }

    @Test("answers pipelined requests in order")
    func pipelining() async throws {
        try await withServer(routes: { router in
            router.on(.get, "/{n}") { _, parameters in .text(200, try parameters["n"]) }
            router.on(.post, "/{n}") { request, _ in .text(200, "\(try await request.body.bytes(limit: 100).count)") }
        }) { _, port in
            let texts = try await blocking {
                let client = try RawClient(port: port)
                try client.send(
                    "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcde"
                        + "GET /3 HTTP/1.1\r\nHost: a\r\n\r\n")
                return try (0..<3).map { _ in try client.answer().text }
            }
            #expect(texts == ["1", "5", "3"])
        }
    }

    @Test("reads an upload whose handler works on threads that may block", arguments: [true, false])
    func upload(chunked: Bool) async throws {
        let pool = BlockingPool(threads: 2, name: "work")
        let payload = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try await withServer(routes: { router in
            router.on(.put, "/file", options: RouteOptions(maxBodyBytes: 10 << 20)) { request, _ in
                var sum = 0
                var count = 0
                for try await chunk in request.body {
                    let part = try await pool.run { chunk.bytes.reduce(0) { $0 &+ Int($1) } }
                    sum &+= part
                    count += chunk.count
                }
                return .text(200, "\(count) \(sum)")
            }
        }) { _, port in
            let answer = try await blocking {
                let client = try RawClient(port: port)
                if chunked {
                    try client.send("PUT /file HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
                    for start in stride(from: 0, to: payload.count, by: 70_001) {
                        let part = payload[start..<min(payload.count, start + 70_001)]
                        try client.send(Array("\(String(part.count, radix: 16))\r\n".utf8) + part + [13, 10])
                    }
                    try client.send("0\r\n\r\n")
                } else {
                    try client.send("PUT /file HTTP/1.1\r\nHost: a\r\nContent-Length: \(payload.count)\r\n\r\n")
                    try client.send(payload)
                }
                return try client.answer()
            }
            #expect(answer.text == "\(payload.count) \(payload.reduce(0) { $0 + Int($1) })")
        }
    }
}
