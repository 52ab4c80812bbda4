import AgBase
import AgHTTP
import Glibc
import Synchronization
import Testing

/// Contents that lie on another machine: no descriptor, read in pieces while they are sent.
@Suite("A content without a descriptor on a socket", .timeLimit(.minutes(1)))
struct ContentOnSocketTests {
    /// What a test sees of the reading.
    private final class Source: Sendable {
        let bytes: [UInt8]
        let given = Atomic<Int>(0)
        let ended = Gate()
        /// So many bytes come, and then an error.
        let breaksAfter: Int

        init(_ count: Int, breaksAfter: Int = .max) {
            bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
            self.breaksAfter = breaksAfter
        }

        var content: BlobContent {
            BlobContent(byteCount: Int64(bytes.count)) { [self] range, sink in
                defer { ended.open() }
                var rest = bytes[Int(range.lowerBound)..<Int(range.upperBound)]
                while !rest.isEmpty {
                    if given.load(ordering: .relaxed) >= breaksAfter { throw SystemError(call: "recv", errno: EIO) }
                    let piece = Array(rest.prefix(50_000))
                    given.add(piece.count, ordering: .relaxed)
                    try await sink(piece)
                    rest = rest.dropFirst(piece.count)
                }
            }
        }
    }

    private func withSource(
        _ source: Source, log: Log = Log(to: SilentSink()), _ tune: (inout HTTPServerSettings) -> Void = { _ in },
        _ body: (HTTPServer, Int) async throws -> Void
    ) async throws {
        try await withServer(
            tune, log: log,
            routes: { router in
                router.on(.get, "/picture") { request, _ in
                    let content = DeliveredContent(.content(source.content), tag: "v1", contentType: "image/webp")
                    return AgHTTP.content(of: content, for: request)
                }
                router.on(.get, "/after") { _, _ in .text(200, "after") }
            }, body)
    }

    @Test("comes whole, with its length, and the connection goes on", arguments: [0, 1, 65_536, 3_000_000])
    func whole(_ size: Int) async throws {
        let source = Source(size)
        try await withSource(source) { server, port in
            try await blocking {
                let client = try RawClient(port: port)
                let answer = try client.get("/picture")
                #expect(answer.status == 200 && answer.body == source.bytes)
                #expect(answer.header("Content-Length") == "\(size)" && answer.header("Transfer-Encoding") == nil)
                #expect(answer.header("ETag") == "\"v1\"")
                #expect(try client.get("/after").text == "after")
            }
            try await until { server.metrics.bytesOut >= Int64(size) }
        }
    }

    @Test("is read for the range that was asked for, and no further", arguments: [1_000, 3_000_000])
    func part(_ size: Int) async throws {
        let source = Source(size)
        try await withSource(source) { _, port in
            try await blocking {
                let client = try RawClient(port: port)
                let answer = try client.get("/picture", headers: "Range: bytes=10-\(size - 11)\r\n")
                #expect(answer.status == 206 && answer.body == Array(source.bytes[10..<(size - 10)]))
                #expect(answer.header("Content-Range") == "bytes 10-\(size - 11)/\(size)")
                #expect(source.given.load(ordering: .relaxed) == size - 20)
                #expect(try client.get("/picture", headers: "Range: bytes=\(size)-\r\n").status == 416)
            }
        }
    }

    @Test("is not read for HEAD, for a 304, or in front of an HTTP/1.0 client that knows no chunks")
    func bodiless() async throws {
        let source = Source(200_000)
        try await withSource(source) { _, port in
            try await blocking {
                let client = try RawClient(port: port)
                let head = try client.request("HEAD /picture HTTP/1.1\r\nHost: a\r\n\r\n", isHead: true)
                #expect(head.status == 200 && head.header("Content-Length") == "200000")
                let known = try client.get("/picture", headers: "If-None-Match: \"v1\"\r\n")
                #expect(known.status == 304)
                #expect(source.given.load(ordering: .relaxed) == 0)
                #expect(try client.get("/after").text == "after")
                let old = try RawClient(port: port).request("GET /picture HTTP/1.0\r\n\r\n")
                #expect(old.header("Content-Length") == "200000" && old.body == source.bytes)
            }
        }
    }

    @Test("is read no faster than its client takes it")
    func backPressure() async throws {
        let source = Source(40 << 20)
        try await withSource(source) { _, port in
            let client = try await blocking {
                let client = try RawClient(port: port, receiveBuffer: 64 << 10)
                try client.send("GET /picture HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try client.line() == "HTTP/1.1 200 OK")
                return Unchecked(client)
            }
            var before = -1
            try await until {
                let now = source.given.load(ordering: .relaxed)
                defer { before = now }
                return now == before && now > 0
            }
            #expect(source.given.load(ordering: .relaxed) < 16 << 20)
            let body = try await blocking {
                while try !client.value.line().isEmpty {}
                return try client.value.exactly(40 << 20)
            }
            #expect(body == source.bytes)
        }
    }

    @Test("is read no further when its client has gone")
    func gone() async throws {
        let source = Source(40 << 20)
        try await withSource(source) { server, port in
            try await blocking {
                let client = try RawClient(port: port, receiveBuffer: 64 << 10)
                try client.send("GET /picture HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try client.line() == "HTTP/1.1 200 OK")
                client.reset()
            }
            await source.ended.pass()
            try await until { server.metrics.openConnections == 0 }
            #expect(source.given.load(ordering: .relaxed) < 40 << 20)
        }
    }

    @Test("that breaks off in the middle breaks the connection off, and the log says why")
    func broken() async throws {
        let lines = LogLines()
        try await withSource(Source(1_000_000, breaksAfter: 500_000), log: Log(to: lines)) { _, port in
            try await blocking {
                let client = try RawClient(port: port)
                #expect(throws: (any Error).self) { try client.get("/picture") }
            }
            try await until { lines.all.contains { $0.sentence == "content broken off" } }
        }
    }
}
