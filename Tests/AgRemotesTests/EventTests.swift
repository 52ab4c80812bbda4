import AgBase
import AgTesting
import Testing

@testable import AgRemotes

@Suite("Event streams", .timeLimit(.minutes(1)))
struct EventTests {
    @Test(
        "A stream is read as the standard says, wherever its pieces end",
        arguments: [
            (
                ": open\n\nid: 7\nevent: job-queued\ndata: {\"a\":1}\n\n",
                [.beat, .event(type: "job-queued", data: "{\"a\":1}", id: "7")]
            ),
            ("data: one\r\ndata: two\r\n\r\nevent: x\n\n", [.event(type: "message", data: "one\ntwo", id: nil)]),
            ("data: a\rdata: b\r\r", [.event(type: "message", data: "a\nb", id: nil)]),
            ("\u{FEFF}data: a\n\n", [.event(type: "message", data: "a", id: nil)]),
            ("data:a\ndata:  b\ndata\n\n", [.event(type: "message", data: "a\n b\n", id: nil)]),
            (
                "id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n",
                [
                    .event(type: "message", data: "a", id: "1"), .event(type: "message", data: "b", id: "1"),
                    .event(type: "message", data: "c", id: ""),
                ]
            ),
            ("id: 1\0\ndata: a\n\nother: x\ndata: b", [.event(type: "message", data: "a", id: nil)]),
            ("data: a: b\n:\n\n", [.beat, .event(type: "message", data: "a: b", id: nil)]),
        ] as [(String, [StreamedEvent])])
    func parsing(_ text: String, _ events: [StreamedEvent]) throws {
        let bytes = Array(text.utf8)
        for size in 1...bytes.count {
            var parser = EventStreamParser()
            let found = try stride(from: 0, to: bytes.count, by: size).flatMap {
                try parser.feed(bytes[$0..<min($0 + size, bytes.count)])
            }
            #expect(found == events, "in pieces of \(size)")
        }
    }

    @Test("An event without end is refused before it fills the memory, a stream of comments is not")
    func endless() throws {
        for start in ["data: ", ""] {
            var parser = EventStreamParser()
            _ = try parser.feed(start.utf8)
            #expect(throws: RemoteError.self) {
                for _ in 0...EventStreamParser.longest / 1_000 {
                    _ = try parser.feed([UInt8](repeating: 65, count: 1_000) + [0x0A] + Array(start.utf8))
                }
            }
        }
        var parser = EventStreamParser()
        for _ in 0...EventStreamParser.longest / 1_000 {
            _ = try parser.feed([0x3A] + [UInt8](repeating: 65, count: 1_000) + [0x0A])
        }
    }

    @Test("retry is a number of milliseconds")
    func retry() throws {
        for (text, expected) in [("250", .milliseconds(250)), ("x", nil), ("", nil), ("-1", nil)]
            as [(String, Duration?)]
        {
            var parser = EventStreamParser()
            _ = try parser.feed("retry: \(text)\n".utf8)
            #expect(parser.retry == expected)
        }
    }

    @Test("A stream is opened again after a pause that doubles until something comes")
    func pauses() {
        var machine = EventReconnection(pause: .seconds(1), longestPause: .seconds(5))
        let cut = EventReconnection.Ending.broken(RemoteError(.cut, ""))
        for seconds in [1, 2, 4, 5, 5] {
            #expect(machine.decision(after: cut, chance: 0) == .reconnect(after: .seconds(seconds)))
            machine.take(.opened, retry: nil)
        }
        machine.take(.beat, retry: .milliseconds(100))
        #expect(machine.decision(after: .broken(nil), chance: 0) == .reconnect(after: .milliseconds(100)))
        #expect(machine.decision(after: .broken(nil), chance: 1) == .reconnect(after: .milliseconds(250)))
        let asked = EventReconnection.Ending.refused(status: 503, retryAfter: .seconds(9))
        #expect(machine.decision(after: asked, chance: 0) == .reconnect(after: .seconds(9)))
    }

    @Test("What will not pass ends the stream")
    func stops() {
        for status in [204, 301, 400, 401, 403, 404, 410, 501] {
            var machine = EventReconnection()
            #expect(machine.decision(after: .refused(status: status, retryAfter: nil), chance: 0) == .stop, "\(status)")
        }
        for kind in [RemoteError.Kind.untrusted, .forbiddenAddress, .tooLarge, .malformed] {
            var machine = EventReconnection()
            #expect(machine.decision(after: .broken(RemoteError(kind, "")), chance: 0) == .stop, "\(kind)")
        }
    }

    private static let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"

    @Test("A stream that breaks off goes on behind the last event that came")
    func reconnects() async throws {
        let count = Counter()
        let heads = Collected<ReceivedRequest>()
        let server = try LoopbackServer.http { request, peer in
            heads.add(request)
            switch count.next() {
            case 0: peer.write(Self.head + "retry: 5\nid: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\ndata: half")
            case 1: peer.answer(503, "", "Retry-After: 2\r\n")
            case 2: peer.write(Self.head + "id: 3\ndata: c\n\n")
            default: peer.answer(401, "revoked")
            }
            return false
        }
        let pauses = Collected<Duration>()
        let events = EventSource(try testClient(), try server.request("GET")) { pauses.add($0) }
        let found = Collected<StreamedEvent>()
        let refused = await #expect(throws: EventsRefused.self) { for try await event in events { found.add(event) } }
        #expect(
            found.all == [
                .opened, .event(type: "message", data: "a", id: "1"), .event(type: "message", data: "b", id: "2"),
                .opened, .event(type: "message", data: "c", id: "3"),
            ])
        #expect(heads.all.map { $0.header("Last-Event-ID") } == [nil, "2", "2", "3"])
        #expect(heads.all[0].header("Accept") == "text/event-stream")
        #expect(pauses.all.count == 3 && pauses.all[0] < .milliseconds(10) && pauses.all[1] >= .seconds(2))
        #expect(refused?.answer.status == 401 && refused?.answer.body == Array("revoked".utf8))
    }

    @Test("Without reconnecting a stream ends as its connection does")
    func once() async throws {
        let server = try LoopbackServer.http { _, peer in
            peer.write(Self.head + "data: a\n\n")
            return false
        }
        let request = try server.request("GET")
        var count = 0
        for try await _ in EventSource(try testClient(), request, reconnection: nil) { count += 1 }
        #expect(count == 2)
    }

    @Test("An answer that is no event stream is not read as one")
    func otherAnswer() async throws {
        let server = try LoopbackServer.http { _, peer in peer.answer(200, "data: a\n\n", "Content-Type: text/html\r\n")
        }
        let events = EventSource(try testClient(), try server.request("GET"))
        await #expect(throws: EventsRefused.self) { for try await _ in events {} }
    }
}
