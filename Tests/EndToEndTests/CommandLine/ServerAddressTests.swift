import AgBase
import Testing

@testable import argentum

@Suite("The address of a server")
struct ServerAddressTests {
    @Test(
        "An address is taken apart",
        arguments: [
            ("http://127.0.0.1:8080", "127.0.0.1", 8080, "", "127.0.0.1:8080"), ("http://host", "host", 80, "", "host"),
            ("http://host:81/silver", "host", 81, "/silver", "host:81"),
            ("http://[::1]:8080", "::1", 8080, "", "[::1]:8080"),
            ("HTTP://host/", "host", 80, "", "host"),
        ])
    func parts(_ text: String, _ host: String, _ port: Int, _ prefix: String, _ authority: String) throws {
        let address = try ServerAddress(text)
        #expect(address.host == host)
        #expect(address.port == port)
        #expect(address.prefix == prefix)
        #expect(address.authority == authority)
    }

    @Test(
        "What is no address is refused",
        arguments: ["", "host:80", "http://", "http://:80", "http://h:0", "http://h:99999", "http://h:x"])
    func refused(_ text: String) {
        #expect(throws: Failure.self) { try ServerAddress(text) }
    }

    @Test("https is refused with a way out")
    func https() {
        let failure = #expect(throws: Failure.self) { try ServerAddress("https://pictures.example") }
        #expect(failure?.code == .usage)
        #expect(failure?.message.contains("ssh -L") == true)
    }

    @Test(
        "The owner's token goes to this machine only",
        arguments: [
            ("http://127.0.0.1", true), ("http://localhost:1", true), ("http://[::1]", true),
            ("http://10.0.0.1", false), ("http://localhost.evil.example", false),
        ])
    func loopback(_ text: String, _ isLoopback: Bool) throws {
        #expect(try ServerAddress(text).isLoopback == isLoopback)
    }
}

@Suite("The client's event stream")
struct EventStreamParserTests {
    private let text =
        ": open\n\nid: 7\nevent: job-queued\ndata: {\"a\":1}\n\n: still here\n\ndata: one\r\ndata: two\r\n\r\nevent: x\n\n"
    private let events: [StreamedEvent] = [
        .beat, .event(type: "job-queued", data: "{\"a\":1}", id: "7"), .beat,
        .event(type: "message", data: "one\ntwo", id: "7"),
    ]

    @Test("Events are the same wherever the pieces end")
    func pieces() {
        let bytes = Array(text.utf8)
        for size in 1...bytes.count {
            var parser = EventStreamParser()
            let found = stride(from: 0, to: bytes.count, by: size).flatMap {
                parser.feed(bytes[$0..<min($0 + size, bytes.count)])
            }
            #expect(found == events, "in pieces of \(size)")
        }
    }
}

@Suite("Progress")
struct ProgressBarTests {
    @Test("The bar tells files, bytes and the time that is left")
    func text() {
        #expect(
            ProgressBar.text(files: (1, 4), bytes: (512, 2_048), elapsed: .seconds(10))
                == "[######------------------] 1/4 files, 512 B of 2.0 KB, 31 s left")
        #expect(
            ProgressBar.text(files: (4, 4), bytes: (2_048, 2_048), elapsed: .seconds(10))
                == "[########################] 4/4 files, 2.0 KB of 2.0 KB")
        #expect(ProgressBar.text(files: (0, 0), bytes: (0, 0), elapsed: .zero).hasPrefix("[####"))
    }
}
