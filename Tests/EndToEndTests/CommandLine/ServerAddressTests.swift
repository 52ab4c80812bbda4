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
            ("http://HOST.Example.", "host.example.", 80, "", "host.example."),
            ("http://LOCALHOST.:1/a/", "localhost", 1, "/a", "localhost:1"),
            ("http://127.0.0.1.", "127.0.0.1", 80, "", "127.0.0.1"),
            ("http://[0:0:0:0:0:0:0:1]:8080", "::1", 8080, "", "[::1]:8080"),
            ("http://[fe80::1%25eth0]:81", "fe80::1%eth0", 81, "", "[fe80::1]:81"),
            ("http://[fe80::1%eth0]", "fe80::1%eth0", 80, "", "[fe80::1]"),
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
        arguments: [
            "", "host:80", "http://", "http://:80", "http://h:0", "http://h:99999", "http://h:x", "http://h:+80",
            "http://user@host", "http://127.0.0.1@evil.example", "http://127.0.0.1:80@evil.example",
            "http://127.0.0.1\\@evil.example", "http://h?x", "http://h#x", "http://h/a?x", "http://h/a b",
            "http://h\r\n",
            "http://h/\r\nX: y", "http://hö", "http://0x7f.1", "http://127.1", "http://2130706433", "http://0177.0.0.1",
            "http://127.0.0.256", "http://1.2.3.4.5", "http://[127.0.0.1]", "http://[::1", "http://::1",
            "http://[::1]x",
            "http://[::1%]", "http://[fe80::1%a/b]", "http://h..x", "http://h%2e",
        ])
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
            ("http://127.255.0.9", true), ("http://LocalHost.", true), ("http://[::ffff:127.0.0.1]", true),
            ("http://192.0.2.1", false), ("http://localhost.evil.example", false), ("http://127.evil.example", false),
            ("http://127.0.0.1.evil.example", false), ("http://evil.example/127.0.0.1", false),
            ("http://[::ffff:192.0.2.1]", false), ("http://[2001:db8::1]", false), ("http://128.0.0.1", false),
            ("http://[::2]", false), ("http://localhost-evil", false), ("http://localhost.localdomain", false),
        ])
    func thisMachine(_ text: String, _ isThisMachine: Bool) throws {
        #expect(try ServerAddress(text).isThisMachine == isThisMachine)
    }

    @Test("An address of an interface here is this machine, and what was connected to is looked at besides")
    func connected() throws {
        let own = try #require(IPAddress("127.0.0.1"))
        #expect(own.isOfInterface)
        #expect(IPAddress("192.0.2.1")?.isOfInterface == false)
        let listener = try LoopbackListener()
        let address = try ServerAddress("http://127.0.0.1:\(listener.port)")
        _ = try ClientSocket(address, isLocal: true, timeout: .seconds(5))
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
    func pieces() throws {
        let bytes = Array(text.utf8)
        for size in 1...bytes.count {
            var parser = EventStreamParser()
            let found = try stride(from: 0, to: bytes.count, by: size).flatMap {
                try parser.feed(bytes[$0..<min($0 + size, bytes.count)])
            }
            #expect(found == events, "in pieces of \(size)")
        }
    }

    @Test("A line without end is refused before it fills the memory")
    func endless() {
        var parser = EventStreamParser()
        #expect(throws: Failure.self) { try parser.feed(repeatElement(65, count: EventStreamParser.longestLine + 1)) }
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
