import AgBase
import AgTesting
import Testing

@testable import AgRemotes

@Suite("Time limits and cancellation", .timeLimit(.minutes(1)))
struct TimeLimitTests {
    @Test("Silence ends a request, before and behind the head")
    func idle() async throws {
        for start in ["", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"] {
            let server = try LoopbackServer { peer in
                peer.write(start)
                peer.waitForEnd()
            }
            let client = try testClient()
            var request = try server.request("GET")
            request.limits.idle = .milliseconds(100)
            let error = await failure { [request] in _ = try await client.fetch(request, atMost: 100) }
            #expect(error?.kind == .idleTimeout, "\(String(describing: error))")
        }
    }

    @Test("A slow answer is no silent one, but the limit for the whole ends it")
    func slow() async throws {
        let server = try LoopbackServer.http { _, peer in
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            // Until the client goes; the pause is what is tested.
            while peer.write("x") { usleepMilliseconds(20) }
            return false
        }
        let client = try testClient()
        var request = try server.request("GET")
        request.limits.idle = .milliseconds(300)
        request.limits.whole = .milliseconds(700)
        let error = await failure { [request] in _ = try await client.fetch(request, atMost: 2_000) }
        #expect(error?.kind == .timeout, "\(String(describing: error))")
    }

    @Test("A server that accepts and says nothing to TLS is no connection in time")
    func connect() async throws {
        let server = try LoopbackServer { peer in peer.waitForEnd() }
        let client = try testClient()
        var request = try server.request("GET", scheme: "https")
        request.limits.connect = .milliseconds(100)
        let error = await failure { [request] in _ = try await client.send(request) }
        #expect(error?.kind == .connectTimeout && error?.isUnsent == true, "\(String(describing: error))")
    }

    @Test("A caller that is slow is no silent server: neither an unread answer nor an unmade body")
    func ownSide() async throws {
        let bytes = [UInt8](repeating: 65, count: 4 << 20)
        let server = try LoopbackServer.http { _, peer in
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: \(4 << 20)\r\n\r\n") && peer.write(bytes)
        }
        let client = try testClient()
        var request = try server.request("GET")
        request.limits.idle = .milliseconds(500)
        let response = try await client.send(request)
        try await Task.sleep(for: .milliseconds(800))
        #expect(try await response.body.collect().count == 4 << 20)

        let latch = Latch()
        let made = Counter()
        var upload = try server.request("PUT")
        upload.limits.idle = .milliseconds(500)
        upload.body = .stream(
            .init(length: 1, isRepeatable: false) {
                AsyncThrowingStream(unfolding: {
                    guard made.next() == 0 else { return nil }
                    try await latch.pass()
                    return [1]
                })
            })
        async let answer = client.send(upload)
        try await Task.sleep(for: .milliseconds(800))
        latch.open()
        #expect(try await answer.status == 200)
    }

    /// Where a request may stand when it is cancelled.
    enum Phase: CaseIterable, Sendable { case handshake, head, body, sending, making }

    @Test(
        "A cancelled task leaves at once, wherever its request stands, and the connection is closed",
        arguments: Phase.allCases)
    func cancellation(_ phase: Phase) async throws {
        let reached = Gate()
        let ended = AsyncStream<Void>.makeStream()
        let server = try LoopbackServer { peer in
            if phase != .handshake { _ = peer.readHead() }
            if phase == .body { peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf") }
            reached.arrive()
            if phase == .sending { usleepMilliseconds(100) }
            peer.waitForEnd()
            ended.continuation.yield()
        }
        let client = try testClient()
        var request = try server.request("GET", scheme: phase == .handshake ? "https" : "http")
        switch phase {
        case .sending:
            request.method = "PUT"
            request.body = stream(
                Array(repeating: [UInt8](repeating: 7, count: 1 << 20), count: 50), length: 50 << 20)
        case .making:
            request.method = "PUT"
            request.body = .stream(
                .init(length: 1, isRepeatable: false) {
                    AsyncThrowingStream(unfolding: {
                        try await Task.sleep(for: .seconds(600))
                        return nil
                    })
                })
        default: break
        }
        let task = Task { [request] in try await client.send(request).body.collect() }
        await reached.arrived()
        let start = ContinuousClock.now
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        // The promise is 100 ms; the rest is for a machine that is busy with other tests.
        #expect(ContinuousClock.now - start < .seconds(1))
        for await _ in ended.stream { break }
    }

    @Test("A task that is cancelled already sends nothing")
    func cancelledBefore() async throws {
        let server = try LoopbackServer { _ in }
        let client = try testClient()
        let latch = Latch()
        let request = try server.request("GET")
        let task = Task {
            await latch.passStubbornly()
            return try await client.send(request)
        }
        task.cancel()
        latch.open()
        await #expect(throws: CancellationError.self) { _ = try await task.value }
        #expect(server.accepted.all.isEmpty)
    }

    @Test("A cancelled pause between two attempts ends the request")
    func cancelledPause() async throws {
        let paused = Gate()
        let server = try LoopbackServer.http { _, peer in peer.answer(503) }
        let client = try RemoteClient(RemoteSettings(userAgent: "tests")) { _ in
            paused.arrive()
            try await Task.sleep(for: .seconds(600))
        }
        let request = try server.request("GET")
        let task = Task { try await client.send(request) }
        await paused.arrived()
        task.cancel()
        await #expect(throws: CancellationError.self) { _ = try await task.value }
    }
}
