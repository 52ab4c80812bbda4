import AgBase
import AgRemotes
import AgTesting
import Testing

@testable import argentum

@Suite("The address of a server")
struct ServerAddressTests {
    @Test(
        "An address is taken apart",
        arguments: [
            ("http://127.0.0.1:8080", "127.0.0.1", 8080, "", "http://127.0.0.1:8080"),
            ("http://host", "host", 80, "", "http://host"), ("https://host", "host", 443, "", "https://host"),
            ("http://host:81/silver", "host", 81, "/silver", "http://host:81/silver"),
            ("HTTPS://host:80/a/", "host", 80, "/a", "https://host:80/a"),
            ("https://host:443", "host", 443, "", "https://host"),
            ("http://host:443", "host", 443, "", "http://host:443"),
            ("http://[::1]:8080", "::1", 8080, "", "http://[::1]:8080"),
            ("HTTP://host/", "host", 80, "", "http://host"),
            ("http://HOST.Example.", "host.example.", 80, "", "http://host.example."),
            ("http://LOCALHOST.:1/a/", "localhost", 1, "/a", "http://localhost:1/a"),
            ("http://127.0.0.1.", "127.0.0.1", 80, "", "http://127.0.0.1"),
            ("http://[0:0:0:0:0:0:0:1]:8080", "::1", 8080, "", "http://[::1]:8080"),
            ("http://[fe80::1%25eth0]:81", "fe80::1%eth0", 81, "", "http://[fe80::1%25eth0]:81"),
            ("http://[fe80::1%eth0]/a%20b", "fe80::1%eth0", 80, "/a%20b", "http://[fe80::1%25eth0]/a%20b"),
            ("http://host/a%20b", "host", 80, "/a%20b", "http://host/a%20b"),
        ])
    func parts(_ text: String, _ host: String, _ port: Int, _ prefix: String, _ url: String) throws {
        let address = try ServerAddress(text)
        #expect(address.host == host)
        #expect(address.port == port)
        #expect(address.prefix == prefix)
        #expect(address.url == url)
        #expect(throws: Never.self) { try RemoteURL(address.url + "/api/images?limit=1") }
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
            "http://[::1%]", "http://[fe80::1%a/b]", "http://h..x", "http://h%2e", "https://", "https://user@host",
            "https://h:x", "ftp://host", "httpss://host",
        ])
    func refused(_ text: String) {
        #expect(throws: Failure.self) { try ServerAddress(text) }
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

    @Test("An address of an interface here is this machine, and what is connected to is looked at besides")
    func connected() async throws {
        let own = try #require(IPAddress("127.0.0.1"))
        #expect(own.isOfInterface)
        #expect(IPAddress("192.0.2.1")?.isOfInterface == false)
        let server = try LoopbackServer.http { _, peer in peer.answer(200, "{}") }
        let here = try ServerClient(ServerAddress("http://127.0.0.1:\(server.port)"), token: "x", isLocal: true)
        #expect(try await here.ask("GET", "/").status == 200)
        let there = try ServerClient(ServerAddress("http://192.0.2.1"), token: "x", isLocal: true)
        let failure = await #expect(throws: Failure.self) { try await there.ask("GET", "/") }
        #expect(failure?.code == .usage && failure?.message.contains("another machine") == true)
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
