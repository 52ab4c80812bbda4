import AgBase
import AgHTTP
import Synchronization
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
            let ids = answers.map { $0.header("X-Request-Id") ?? "" }
            #expect(ids.allSatisfy { $0.utf8.count >= 19 } && ids[0] != ids[1])
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

extension HTTPServerTests {
    @Test("a handler that worked elsewhere comes back to its loop", arguments: [1, 2])
    func executors(loops: Int) async throws {
        let pool = BlockingPool(threads: 3, name: "work")
        try await withServer(
            { $0.loops = loops },
            handler: { request in
                var text = "\(currentThread())"
                text += await withTaskExecutorPreference(pool) { " \(await nameOfThread())" }
                text += " \(await nameOfThread())"
                return .text(200, text)
            }
        ) { _, port in
            let texts = try await blocking { try (0..<20).map { _ in try RawClient(port: port).get("/").text } }
            for text in texts {
                let names = text.split(separator: " ")
                #expect(names.count == 3)
                #expect(names[0].hasPrefix("http-"))
                #expect(names[1].hasPrefix("work-"))
                #expect(names[2] == names[0])
            }
        }
    }

    @Test("many clients at once all get their own answer", arguments: [1, 3])
    func crowd(loops: Int) async throws {
        let pool = BlockingPool(threads: 3, name: "work")
        try await withServer(
            { $0.loops = loops },
            handler: { request in
                let doubled = try? await pool.run { request.path + request.path }
                return .text(200, doubled ?? "failed")
            }
        ) { server, port in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for client in 0..<16 {
                    group.addTask {
                        try await blocking {
                            let connection = try RawClient(port: port)
                            for round in 0..<50 {
                                #expect(
                                    try connection.get("/\(client)-\(round)").text
                                        == "/\(client)-\(round)/\(client)-\(round)")
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            // The last answers are read before the server has written them down.
            try await until { server.metrics.answeredRequests == 800 }
        }
    }

    @Test("a client that leaves cancels its handler")
    func cancellation() async throws {
        let begun = Gate()
        let cancelled = Gate()
        try await withServer(handler: { _ in
            await withTaskCancellationHandler {
                begun.open()
                await cancelled.pass()
            } onCancel: {
                cancelled.open()
            }
            return .text(200, "")
        }) { server, port in
            var client: Unchecked<RawClient>? = try await blocking {
                let client = try RawClient(port: port)
                try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                return Unchecked(client)
            }
            await begun.pass()
            #expect(client != nil)
            client = nil
            await cancelled.pass()
            try await until { server.metrics.abandonedRequests == 1 }
        }
    }

    @Test("a request's line in the log has no query, and its numbers are counted")
    func logAndMetrics() async throws {
        let lines = LogLines()
        try await withServer(
            log: Log(to: lines),
            handler: { request in
                _ = try? await request.body.bytes(limit: 100)
                return .text(request.path == "/missing" ? 404 : 200, "12345")
            }
        ) { server, port in
            try await blocking {
                let client = try RawClient(port: port)
                _ = try client.get("/signed?secret=1", headers: "X-Request-Id: r-1\r\n")
                _ = try client.request("PUT /missing HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
                _ = try client.request("BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n")
                _ = try client.request("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", isHead: true)
            }
            try await until { server.metrics.answeredRequests == 4 }
            let metrics = server.metrics
            #expect(metrics.abandonedRequests == 0 && metrics.refusedRequests == 0)
            #expect(metrics.bytesIn == 3)
            #expect(metrics.bytesOut == 15)
            #expect(metrics.acceptedConnections == 1)
        }
        let line = try #require(lines.all.first { $0.sentence == "request answered" })
        let facts = Dictionary(uniqueKeysWithValues: line.facts.map { ($0.name, $0.value) })
        #expect(facts["method"] == "GET")
        #expect(facts["path"] == "/signed")
        #expect(facts["status"] == "200")
        #expect(facts["client"] == "127.0.0.1")
        #expect(facts["bytes"] == "5")
        #expect(facts["request_id"] == "r-1")
        #expect(Double(facts["ms"] ?? "") != nil)
        #expect(!lines.all.contains { line in line.facts.contains { $0.value.contains("secret") } })
    }
}

/// Something that can be seen to go away.
private final class Luggage: Sendable {}

extension HTTPServerTests {
    @Test(
        "a request is let go of, however it ended",
        arguments: [
            "GET /answered HTTP/1.1\r\nHost: a\r\n\r\n",
            "PUT /read HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
            "PUT /ignored HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
            "PUT /read HTTP/1.1\r\nHost: a\r\nContent-Length: 30\r\n\r\nabc",
            "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n",
        ])
    func lifetime(_ text: String) async throws {
        let live = Mutex<[WeakLuggage]>([])
        try await withServer(handler: { request in
            let luggage = Luggage()
            request.attach(luggage)
            live.withLock { $0.append(WeakLuggage(luggage)) }
            if request.path == "/read" { _ = try? await request.body.bytes(limit: 100) }
            guard request.path == "/stream" else { return .text(200, "done") }
            return HTTPResponse(
                200,
                body: .stream(
                    StreamBody { body in
                        while request.path == "/stream" { try await body.write([UInt8](repeating: 1, count: 10_000)) }
                    }))
        }) { server, port in
            try await blocking {
                let client = try RawClient(port: port)
                try client.send(text)
                if text.contains(": 30") { client.finishSending() } else { _ = try client.line() }
            }
            try await until { server.metrics.answeredRequests + server.metrics.abandonedRequests == 1 }
            try await until { live.withLock { $0.count == 1 && $0.allSatisfy { $0.luggage == nil } } }
        }
    }
}

private struct WeakLuggage: Sendable {
    weak let luggage: Luggage?

    init(_ luggage: Luggage) {
        self.luggage = luggage
    }
}
