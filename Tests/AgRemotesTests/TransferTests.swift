import AgBase
import AgTesting
import Synchronization
import Testing

@testable import AgRemotes

@Suite("Requests and answers", .timeLimit(.minutes(1)))
struct TransferTests {
    @Test("The request is what was asked for, and nothing is added but what HTTP needs")
    func request() async throws {
        let heads = Collected<String>()
        let server = try LoopbackServer.http { request, peer in
            heads.add(request.head)
            return peer.answer(200)
        }
        let client = try testClient()
        var request = try server.request("GET", "/a?b=c")
        request.headers.add("X-Empty", "")
        request.headers.add("X-Two", "1")
        request.headers.add("X-Two", "2")
        _ = try await client.fetch(request, atMost: 10)
        #expect(
            heads.all.first?.split(separator: "\r\n").map(String.init) == [
                "GET /a?b=c HTTP/1.1", "Host: 127.0.0.1:\(server.port)", "Accept: */*", "X-Empty:", "X-Two: 1",
                "X-Two: 2", "User-Agent: tests",
            ], "No Accept-Encoding, no Expect: \(heads.all)")
    }

    @Test(
        "Bodies arrive with the length or the framing they need",
        arguments: [
            ("POST", RequestBody.none, "0", []), ("PUT", .none, "0", []), ("DELETE", .none, nil, []),
            ("OPTIONS", .none, nil, []), ("PATCH", .bytes([1, 2]), "2", [1, 2]), ("POST", .bytes([]), "0", []),
            ("DELETE", .bytes([9]), "1", [9]), ("GET", .bytes([9]), "1", [9]),
            ("PUT", stream([[1], [2, 3]], length: 3), "3", [1, 2, 3]),
            ("POST", stream([[1], [2, 3]], length: nil), nil, [1, 2, 3]), ("POST", stream([], length: nil), nil, []),
            ("PUT", stream([], length: 0), "0", []),
        ] as [(String, RequestBody, String?, [UInt8])])
    func bodies(_ method: String, _ body: RequestBody, _ length: String?, _ expected: [UInt8]) async throws {
        let seen = Collected<ReceivedRequest>()
        let server = try LoopbackServer.http { request, peer in
            seen.add(request)
            return peer.answer(200, request.method)
        }
        let answer = try await testClient().fetch(server.request(method, body: body), atMost: 10)
        #expect(String(decoding: answer.body, as: UTF8.self) == method)
        #expect(seen.all.first?.body == expected)
        #expect(seen.all.first?.header("Content-Length") == length)
    }

    @Test(
        "Answers are read to their end, however they are framed",
        arguments: [
            ("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd", "GET", 200, "abcd"),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n2;x=y\r\ncd\r\n0\r\nT: x\r\n\r\n",
                "GET", 200, "abcd"
            ),
            ("HTTP/1.1 200 OK\r\n\r\nabcd", "GET", 200, "abcd"),
            ("HTTP/1.0 200 OK\r\n\r\nabcd", "GET", 200, "abcd"),
            (
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 201 X\r\nContent-Length: 1\r\n\r\na",
                "GET", 201, "a"
            ),
            ("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n", "HEAD", 200, ""),
            ("HTTP/1.1 204 No Content\r\n\r\n", "GET", 204, ""),
            ("HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\n", "GET", 304, ""),
            ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "GET", 200, ""),
            ("HTTP/1.1 404 X\r\nContent-Length: 2\r\n\r\nno", "GET", 404, "no"),
            ("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nraw", "GET", 200, "raw"),
        ])
    func answers(_ text: String, _ method: String, _ status: Int, _ body: String) async throws {
        let server = try LoopbackServer.http { _, peer in
            peer.write(text)
            return false
        }
        let answer = try await testClient().fetch(server.request(method), atMost: 1_000)
        #expect(answer.status == status && String(decoding: answer.body, as: UTF8.self) == body)
        #expect(answer.headers["Link"] == nil, "Of a preliminary answer nothing is left.")
    }

    @Test(
        "An answer that is not whole is an error",
        arguments: [
            ("", RemoteError.Kind.cut), ("HTTP/1.1 200 OK\r\nContent-Le", .cut),
            ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", .cut),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nhalf", .cut),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhalf", .cut),
            ("SSH-2.0-OpenSSH_9.2\r\n", .malformed), ("HTTP/1.1 100 Continue\r\n\r\n", .cut),
        ])
    func broken(_ text: String, _ kind: RemoteError.Kind) async throws {
        let server = try LoopbackServer.http { _, peer in
            peer.write(text)
            return false
        }
        let client = try testClient()
        let error = await failure { _ = try await client.fetch(server.request("GET"), atMost: 1_000) }
        #expect(error?.kind == kind && error?.isUnsent == false, "\(String(describing: error)) \(error?.cause ?? "")")
    }

    @Test("What came before the cut is handed out first")
    func partial() async throws {
        let server = try LoopbackServer.http { _, peer in
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
            peer.waitForEnd()
            return false
        }
        let response = try await testClient().send(server.request("GET"))
        var pieces = response.body.makeAsyncIterator()
        #expect(try await pieces.next() == Array("half".utf8))
    }

    @Test("Nothing listens: the host and the reason are named, and nothing was sent")
    func nothingThere() async throws {
        let port = try LoopbackServer { _ in }.port
        let client = try testClient()
        let url = try RemoteURL("http://127.0.0.1:\(port)/secret?key=1")
        let error = await failure { _ = try await client.send(RemoteRequest("POST", url, body: .bytes([1]))) }
        #expect(error?.kind == .noConnection && error?.isUnsent == true, "\(String(describing: error))")
        #expect(error?.message.contains("127.0.0.1:\(port)") == true && error?.message.contains("secret") == false)
        #expect(error?.cause?.contains("secret") == false)
    }

    @Test("50 MB are read while the sender waits for the reader, and arrive whole")
    func largeAnswer() async throws {
        let total = 50 << 20
        let sent = Atomic(0)
        let server = try LoopbackServer.http { _, peer in
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: \(total)\r\n\r\n")
            let piece = [UInt8](repeating: 7, count: 1 << 20)
            for _ in 0..<50 {
                guard peer.write(piece) else { return false }
                sent.add(1 << 20, ordering: .relaxed)
            }
            return true
        }
        let response = try await testClient().send(server.request("GET"))
        // Without a reader the sockets' buffers fill, and then the sender stands still.
        var last = -1
        while last != sent.load(ordering: .relaxed) {
            last = sent.load(ordering: .relaxed)
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(last < 20 << 20, "\(last >> 20) MB were sent to a reader that does not read.")
        var count = 0
        var largest = 0
        for try await piece in response.body {
            count += piece.count
            largest = max(largest, piece.count)
        }
        #expect(count == total)
        #expect(largest <= ReceiveMachine.mark + (128 << 10))
    }

    @Test("50 MB are made only as fast as they are sent, and arrive whole")
    func largeBody() async throws {
        let gate = Gate()
        let received = Atomic(0)
        let server = try LoopbackServer { peer in
            _ = peer.readHead()
            gate.pass()
            while received.load(ordering: .relaxed) < 50 << 20 {
                let count = peer.read(1 << 20).count
                guard count > 0 else { return }
                received.add(count, ordering: .relaxed)
            }
            peer.answer(201)
        }
        let made = Collected<Int>()
        let pieces = Array(repeating: [UInt8](repeating: 7, count: 1 << 20), count: 51)
        // The head is read with the first bytes of the body, which are not counted.
        let body = stream(pieces, length: 51 << 20, made: made)
        let client = try testClient()
        let request = try server.request("PUT", body: body)
        async let answer = client.fetch(request, atMost: 10)
        await gate.arrived()
        var last = -1
        while last != made.all.count {
            last = made.all.count
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(last < 20, "\(last) MB were made for a server that does not read.")
        gate.open()
        #expect(try await answer.status == 201)
    }

    @Test("An answer that comes before the body is sent ends the sending")
    func earlyAnswer() async throws {
        let server = try LoopbackServer { peer in
            _ = peer.readHead()
            peer.answer(413, "no", "Connection: close\r\n")
        }
        let pieces = Array(repeating: [UInt8](repeating: 7, count: 1 << 20), count: 50)
        let answer = try await testClient().fetch(
            server.request("PUT", body: stream(pieces, length: 50 << 20)), atMost: 10)
        #expect(answer.status == 413)
    }

    @Test("An error of the body's source ends the request, and is thrown as it is")
    func sourceError() async throws {
        struct SourceError: Error {}
        let server = try LoopbackServer { peer in peer.waitForEnd() }
        let body = RequestBody.stream(
            .init(length: 10, isRepeatable: true) { AsyncThrowingStream(unfolding: { throw SourceError() }) })
        let client = try testClient(retries: RetryPolicy())
        await #expect(throws: SourceError.self) { _ = try await client.send(server.request("PUT", body: body)) }
    }

    @Test(
        "A body of another length than announced is an error of ours",
        arguments: [[[1]], [[1, 2, 3], [4]]] as [[[UInt8]]])
    func wrongLength(_ pieces: [[UInt8]]) async throws {
        let server = try LoopbackServer { peer in peer.waitForEnd() }
        let client = try testClient()
        let error = await failure {
            _ = try await client.send(server.request("PUT", body: stream(pieces, length: 3)))
        }
        #expect(error?.kind == .internal, "\(String(describing: error))")
    }

    @Test("An answer is refused at its limit, announced or not")
    func limits() async throws {
        for isAnnounced in [true, false] {
            let server = try LoopbackServer.http { _, peer in
                peer.write("HTTP/1.1 200 OK\r\n" + (isAnnounced ? "Content-Length: 101\r\n" : "") + "\r\n")
                peer.write([UInt8](repeating: 65, count: 101))
                return false
            }
            let client = try testClient()
            let error = await failure { _ = try await client.fetch(server.request("GET"), atMost: 100) }
            #expect(error?.kind == .tooLarge, "\(String(describing: error))")
            #expect(try await client.fetch(server.request("GET"), atMost: 101).body.count == 101)
        }
    }

    @Test("A head without end is refused")
    func endlessHead() async throws {
        let server = try LoopbackServer.http { _, peer in
            peer.write("HTTP/1.1 200 OK\r\n")
            while peer.write("X-\(Int.random(in: 0...9)): \(String(repeating: "x", count: 4_000))\r\n") {}
            return false
        }
        let client = try testClient()
        let error = await failure { _ = try await client.send(server.request("GET")) }
        #expect(error?.kind == .tooLarge, "\(String(describing: error))")
    }

    @Test("A connection is used again, also at once by several requests")
    func reuse() async throws {
        let server = try LoopbackServer.http { _, peer in peer.answer(200, "ok") }
        let client = try testClient()
        for _ in 0..<5 { _ = try await client.fetch(server.request("GET"), atMost: 10) }
        #expect(server.accepted.all.count == 1)
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<20 { group.addTask { try await client.fetch(server.request("GET"), atMost: 10).status } }
            for try await status in group { #expect(status == 200) }
        }
    }

    @Test("A body that is not read ends its connection when it is dropped")
    func dropped() async throws {
        let ended = AsyncStream<Void>.makeStream()
        let server = try LoopbackServer.http { _, peer in
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")
            peer.waitForEnd()
            ended.continuation.yield()
            return false
        }
        let client = try testClient()
        _ = try await client.send(server.request("GET"))
        for await _ in ended.stream { break }
    }

    @Test("A redirect is followed when asked for, without the credentials where they do not belong")
    func redirect() async throws {
        let heads = Collected<String>()
        let other = try LoopbackServer.http { request, peer in
            heads.add(request.head)
            return peer.answer(200, "there")
        }
        let server = try LoopbackServer.http { _, peer in
            peer.answer(302, "", "Location: http://127.0.0.1:\(other.port)/x\r\n")
        }
        let client = try testClient()
        var request = try server.request("GET")
        request.headers.add("Authorization", "secret")
        #expect(try await client.fetch(request, atMost: 10).status == 302)
        request.limits.redirects = 1
        #expect(try await client.fetch(request, atMost: 10).body == Array("there".utf8))
        #expect(heads.all.count == 1 && heads.all[0].contains("secret") == false)
    }
}
