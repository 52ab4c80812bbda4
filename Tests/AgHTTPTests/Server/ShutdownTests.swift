import AgBase
import AgHTTP
import Testing

@Suite("Stopping a server", .timeLimit(.minutes(1)))
struct ShutdownTests {
    private func server(_ handler: @escaping HTTPServer.Handler) throws -> (HTTPServer, Int) {
        var settings = HTTPServerSettings(host: "127.0.0.1", port: 0)
        settings.tick = .milliseconds(10)
        let server = HTTPServer(settings: settings, log: Log(to: SilentSink()), handler: handler)
        return (server, try server.start())
    }

    @Test("lets a request in flight finish, takes no new ones, and closes idle connections at once")
    func graceful() async throws {
        let arrived = Gate()
        let gate = Gate()
        let (server, port) = try server { request in
            if request.path == "/idle" { return .text(200, "idle") }
            arrived.open()
            await gate.pass()
            return .text(200, "finished")
        }
        let idle = try await blocking {
            let client = try RawClient(port: port)
            _ = try client.get("/idle")
            return Unchecked(client)
        }
        async let answer = blocking { try RawClient(port: port).get("/slow") }
        await arrived.pass()
        let stopping = Task { await server.shutdown(grace: .seconds(30)) }
        #expect(try await blocking { try idle.value.isClosed() })
        await #expect(throws: (any Error).self) { try await blocking { try RawClient(port: port).get("/idle") } }
        gate.open()
        let received = try await answer
        await stopping.value
        #expect(received.text == "finished")
        #expect(received.header("Connection")?.lowercased() == "close")
        #expect(server.metrics.openConnections == 0)
    }

    @Test("answers 503 to whoever still waits when the grace is over")
    func graceOver() async throws {
        let arrived = Gate()
        let gate = Gate()
        let (server, port) = try server { _ in
            arrived.open()
            await gate.pass()
            return .text(200, "too late")
        }
        async let answer = blocking { try RawClient(port: port).get("/slow") }
        await arrived.pass()
        await server.shutdown(grace: .milliseconds(10))
        let received = try await answer
        #expect(received.status == 503)
        #expect(received.header("Retry-After") != nil)
        gate.open()
    }

    @Test("cuts what does not even take its 503")
    func stuckUpload() async throws {
        let arrived = Gate()
        let (server, port) = try server { request in
            arrived.open()
            _ = try? await request.body.bytes(limit: 100)
            return .text(200, "read")
        }
        let client = try await blocking {
            let client = try RawClient(port: port)
            try client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\nx")
            return Unchecked(client)
        }
        await arrived.pass()
        await server.shutdown(grace: .zero)
        #expect(server.metrics.openConnections == 0)
        _ = client
    }

    @Test("happens when the task that runs it is cancelled")
    func cancelledRun() async throws {
        let (server, port) = try server { _ in .text(200, "hello") }
        let running = Task { try await server.run() }
        #expect(try await blocking { try RawClient(port: port).get("/").text } == "hello")
        running.cancel()
        try await running.value
        await #expect(throws: (any Error).self) { try await blocking { try RawClient(port: port).get("/") } }
    }

    @Test("a port that is taken is said to be, also with several loops", arguments: [1, 3])
    func portTaken(loops: Int) async throws {
        var settings = HTTPServerSettings(host: "127.0.0.1", port: 0)
        settings.loops = loops
        let first = HTTPServer(settings: settings, log: Log(to: SilentSink())) { _ in .text(200, "first") }
        settings.port = try first.start()
        let second = HTTPServer(settings: settings, log: Log(to: SilentSink())) { _ in .text(200, "second") }
        let fault = #expect(throws: Fault.self) { try second.start() }
        #expect(fault?.code == "address-in-use")
        let port = settings.port
        let texts = try await blocking { try (0..<30).map { _ in try RawClient(port: port).get("/").text } }
        #expect(Set(texts) == ["first"])
        await first.shutdown(grace: .zero)
    }

    @Test("listens on IPv6 where there is one")
    func ipv6() async throws {
        var settings = HTTPServerSettings(host: "[::]", port: 0)
        settings.tick = .milliseconds(10)
        let server = HTTPServer(settings: settings, log: Log(to: SilentSink())) { .text(200, $0.peer) }
        guard let port = try? server.start() else { return }
        // Both kinds arrive on it; IPv4 shows as what it is.
        #expect(try await blocking { try RawClient(port: port).get("/").text } == "127.0.0.1")
        await server.shutdown(grace: .zero)
    }

    @Test("a host that is none is refused with its name")
    func badHost() {
        let server = HTTPServer(settings: HTTPServerSettings(host: "not a host", port: 0), log: Log(to: SilentSink())) {
            _ in
            .text(200, "")
        }
        let fault = #expect(throws: Fault.self) { try server.start() }
        #expect(fault?.code == "address-unavailable")
        #expect(fault?.message.contains("not a host") == true)
    }
}
