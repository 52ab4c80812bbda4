import AgBase
import AgHTTP
import Synchronization
import Testing

/// The listeners of a broadcast.
private final class Listeners: Sendable {
    private let list = Mutex<[Int: AsyncStream<SharedBytes>.Continuation]>([:])
    private let next = Mutex(0)

    func add() -> (Int, AsyncStream<SharedBytes>) {
        let (stream, continuation) = AsyncStream<SharedBytes>.makeStream()
        let id = next.withLock { next in
            next += 1
            return next
        }
        list.withLock { $0[id] = continuation }
        return (id, stream)
    }

    func remove(_ id: Int) { list.withLock { $0[id] = nil } }

    var count: Int { list.withLock { $0.count } }

    func tell(_ event: ServerSentEvent) {
        let encoded = event.encoded
        for listener in list.withLock({ $0.values.map { $0 } }) { listener.yield(encoded) }
    }
}

@Suite("Server-sent events on a socket", .timeLimit(.minutes(1)))
struct EventsOnSocketTests {
    private func handler(_ listeners: Listeners) -> HTTPServer.Handler {
        { _ in
            ServerSentEvents.response { events in
                let (id, stream) = listeners.add()
                defer { listeners.remove(id) }
                for await event in stream { try events.send(event) }
            }
        }
    }

    private func connect(_ port: Int, _ count: Int) async throws -> Unchecked<[RawClient]> {
        try await blocking {
            let clients = try (0..<count).map { _ in try RawClient(port: port) }
            for client in clients {
                try client.send("GET /events HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n")
            }
            for client in clients {
                while try !client.line().isEmpty {}
                #expect(try client.chunk() == Array(": open\n\n".utf8))
            }
            return Unchecked(clients)
        }
    }

    @Test("two hundred listeners hear an event, and those that leave are missed")
    func listeners() async throws {
        let listeners = Listeners()
        try await withServer(handler: handler(listeners)) { server, port in
            let stay = try await connect(port, 120)
            var leave: Unchecked<[RawClient]>? = try await connect(port, 80)
            try await until { listeners.count == 200 }
            listeners.tell(ServerSentEvent(id: "1", event: "a", data: "x"))
            let expected = Array("id: 1\nevent: a\ndata: x\n\n".utf8)
            let heard = try await blocking { try stay.value.map { try $0.chunk() } }
            #expect(heard.allSatisfy { $0 == expected })
            #expect(leave?.value.count == 80)
            leave = nil
            try await until { listeners.count == 120 && server.metrics.openConnections == 120 }
        }
        #expect(listeners.count == 0, "stopping the server ends every producer")
    }

    @Test("a quiet stream shows that it lives")
    func heartbeat() async throws {
        try await withServer(handler: { _ in
            ServerSentEvents.response(heartbeat: .milliseconds(20)) { _ in
                let (stream, _) = AsyncStream<Int>.makeStream()
                for await _ in stream {}
            }
        }) { _, port in
            let clients = try await connect(port, 1)
            let heard = try await blocking { try (0..<3).map { _ in try clients.value[0].chunk() } }
            #expect(heard.allSatisfy { $0 == Array(": still here\n\n".utf8) })
        }
    }

    @Test("a listener that does not read is dropped, and the others are not")
    func slowListener() async throws {
        let dropped = Gate()
        try await withServer(handler: { _ in
            ServerSentEvents.response(limit: 64 << 10) { events in
                defer { dropped.open() }
                let event = ServerSentEvent(data: String(repeating: "x", count: 10_000))
                while true {
                    try events.send(event)
                    await Task.yield()
                }
            }
        }) { server, port in
            let client = try await blocking {
                let client = try RawClient(port: port, receiveBuffer: 16 << 10)
                try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                return Unchecked(client)
            }
            await dropped.pass()
            try await until { server.metrics.openConnections == 0 }
            _ = client
        }
    }

    @Test("the answer's head keeps proxies from holding it back")
    func head() async throws {
        try await withServer(handler: { _ in ServerSentEvents.response { _ in } }) { _, port in
            let answer = try await blocking { try RawClient(port: port).get("/") }
            #expect(answer.header("Content-Type") == "text/event-stream")
            #expect(answer.header("X-Accel-Buffering") == "no")
            #expect(answer.header("Cache-Control") == "no-cache, no-transform")
            #expect(answer.text == ": open\n\n")
        }
    }
}
