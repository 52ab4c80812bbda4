import AgBase
import AgHTTP
import Glibc
import Synchronization
import Testing

@Suite("An answer on a socket", .timeLimit(.minutes(1)))
struct AnswerOnSocketTests {
    private static let pool = BlockingPool(threads: 1, name: "file")

    private func withContent(_ size: Int, _ body: @escaping @Sendable (RawClient, [UInt8]) throws -> Void) async throws
    {
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
        let file = BlobContent(try namelessFile(bytes), byteCount: Int64(size), pool: Self.pool)
        try await withServer(routes: { router in
            router.on(.get, "/file") { request, _ in
                content(
                    of: DeliveredContent(.content(file), tag: "v1", contentType: "image/webp"),
                    for: request)
            }
            router.on(.get, "/after") { _, _ in .text(200, "after") }
        }) { _, port in
            try await blocking { try body(try RawClient(port: port), bytes) }
        }
    }

    @Test("a file comes whole, small or large", arguments: [0, 1, 1_000, 65_536, 65_537, 3_000_000])
    func whole(_ size: Int) async throws {
        try await withContent(size) { client, bytes in
            let answer = try client.get("/file")
            #expect(answer.status == 200)
            #expect(answer.body == bytes)
            #expect(answer.header("ETag") == "\"v1\"")
            #expect(answer.header("Content-Length") == "\(size)")
            #expect(try client.get("/after").text == "after")
        }
    }

    @Test("a part of a file comes alone", arguments: [1_000, 3_000_000])
    func part(_ size: Int) async throws {
        try await withContent(size) { client, bytes in
            let answer = try client.get("/file", headers: "Range: bytes=10-\(size - 11)\r\n")
            #expect(answer.status == 206)
            #expect(answer.body == Array(bytes[10..<(size - 10)]))
            #expect(answer.header("Content-Range") == "bytes 10-\(size - 11)/\(size)")
            let several = try client.get("/file", headers: "Range: bytes=0-1,3-4\r\n")
            #expect(several.status == 200)
            #expect(several.body == bytes)
            let outside = try client.get("/file", headers: "Range: bytes=\(size)-\r\n")
            #expect(outside.status == 416)
            #expect(outside.header("Content-Range") == "bytes */\(size)")
        }
    }

    @Test("304 and HEAD have no body, and the connection goes on")
    func bodiless() async throws {
        try await withContent(1_000) { client, _ in
            let known = try client.get("/file", headers: "If-None-Match: \"v1\"\r\n")
            #expect(known.status == 304)
            #expect(known.header("ETag") == "\"v1\"")
            #expect(known.header("Content-Type") == nil)
            #expect(known.headers.filter { $0.name.lowercased() == "content-length" }.map(\.value) == ["1000"])
            let head = try client.request("HEAD /file HTTP/1.1\r\nHost: a\r\n\r\n", isHead: true)
            #expect(head.status == 200)
            #expect(head.header("Content-Length") == "1000")
            #expect(try client.get("/after").text == "after")
        }
    }

    @Test("405 names what is allowed, OPTIONS is 204 without a length")
    func methods() async throws {
        try await withContent(1) { client, _ in
            let wrong = try client.request("DELETE /file HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(wrong.status == 405)
            #expect(wrong.header("Allow") == "GET, HEAD, OPTIONS")
            let options = try client.request("OPTIONS /file HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(options.status == 204)
            #expect(options.header("Content-Length") == nil)
            #expect(try client.get("/after").text == "after")
        }
    }

    @Test("a file that became shorter is an honest error")
    func shrunkFile() async throws {
        let file = BlobContent(try namelessFile([1, 2, 3]), byteCount: 10, pool: Self.pool)
        try await withServer(handler: { _ in HTTPResponse(200, body: .content(file, 0..<10)) }) { _, port in
            let answer = try await blocking { try RawClient(port: port).get("/") }
            #expect(answer.status == 500)
            #expect(answer.text.contains("internal-error"))
        }
    }

    @Test("shared bytes are sent without being copied away")
    func prepared() async throws {
        let shared = SharedBytes(String(repeating: "page ", count: 20_000))
        try await withServer(handler: { _ in HTTPResponse(200, body: .prepared(shared)) }) { _, port in
            let bodies = try await blocking {
                let client = try RawClient(port: port)
                return [try client.get("/").body.count, try client.get("/").body.count]
            }
            #expect(bodies == [100_000, 100_000])
        }
    }

    @Test("a stream is sent as it is written, and its writer held back")
    func stream() async throws {
        let total = 40 << 20
        let written = Mutex(0)
        try await withServer(handler: { _ in
            HTTPResponse(
                200,
                body: .stream(
                    StreamBody { body in
                        let piece = SharedBytes([UInt8](repeating: 9, count: 64 << 10))
                        while written.withLock({ $0 }) < total {
                            try await body.write(piece)
                            written.withLock { $0 += piece.count }
                        }
                    }))
        }) { _, port in
            let client = try await blocking {
                let client = try RawClient(port: port, receiveBuffer: 64 << 10)
                try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try client.line() == "HTTP/1.1 200 OK")
                return Unchecked(client)
            }
            // Nobody reads: what was written stands still at what the buffers hold.
            var before = -1
            try await until {
                let now = written.withLock { $0 }
                defer { before = now }
                return now == before && now > 0
            }
            #expect(written.withLock { $0 } < 16 << 20)
            let count = try await blocking {
                while try !client.value.line().isEmpty {}
                var count = 0
                while let chunk = try client.value.chunk() { count += chunk.count }
                return count
            }
            #expect(count == total)
        }
    }

    @Test("a stream whose writer fails is broken off, not ended")
    func brokenStream() async throws {
        try await withServer(handler: { _ in
            HTTPResponse(
                200,
                body: .stream(
                    StreamBody { body in
                        try await body.write(Array("half".utf8))
                        throw SystemError(call: "read", errno: EIO)
                    }))
        }) { _, port in
            try await blocking {
                let client = try RawClient(port: port)
                #expect(throws: (any Error).self) { try client.get("/") }
            }
        }
    }

    @Test("HEAD of a stream is a head")
    func headOfStream() async throws {
        let hasRun = Mutex(false)
        try await withServer(handler: { request in
            if request.path == "/after" { return .text(200, "after") }
            return HTTPResponse(200, body: .stream(StreamBody { _ in hasRun.withLock { $0 = true } }))
        }) { _, port in
            let isClosed = try await blocking {
                let client = try RawClient(port: port)
                #expect(try client.request("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", isHead: true).status == 200)
                return try client.isClosed()
            }
            #expect(isClosed)
            #expect(!hasRun.withLock { $0 })
        }
    }

    @Test("a reader that stands still is cut off")
    func slowReader() async throws {
        let closed = Gate()
        try await withServer(
            { $0.rateWindow = .milliseconds(100) },
            handler: { _ in
                let body = StreamBody { body in
                    while true { try await body.write([UInt8](repeating: 1, count: 100_000)) }
                }
                body.whenClosed { closed.open() }
                return HTTPResponse(200, body: .stream(body))
            }
        ) { server, port in
            let client = try await blocking {
                let client = try RawClient(port: port, receiveBuffer: 16 << 10)
                try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                return Unchecked(client)
            }
            await closed.pass()
            try await until { server.metrics.openConnections == 0 }
            #expect(server.metrics.cutConnections == 1)
            _ = client
        }
    }

    @Test("a reader that takes too little of what the kernel holds for it is reset, and that is thrown away")
    func slowReaderOfAWholeAnswer() async throws {
        let length = 2_000_000
        try await withServer(
            { $0.rateWindow = .milliseconds(100) },
            handler: { _ in HTTPResponse(200, body: .bytes([UInt8](repeating: 1, count: length))) }
        ) { server, port in
            let client = try await blocking {
                let client = try RawClient(port: port, receiveBuffer: 16 << 10)
                try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                return Unchecked(client)
            }
            try await until { server.metrics.cutConnections == 1 && server.metrics.openConnections == 0 }
            let (taken, reason) = try await blocking { client.value.takeAll() }
            #expect(taken < length / 2)
            #expect(reason == ECONNRESET)
        }
    }
}
