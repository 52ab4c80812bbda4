import AgBase
import AgTesting
import Testing

@testable import AgRemotes

@Suite("Which addresses may be connected to", .timeLimit(.minutes(1)))
struct AddressRulesTests {
    @Test(
        "Only addresses of the public Internet are public",
        arguments: [
            ("8.8.8.8", true), ("1.1.1.1", true), ("100.63.255.255", true), ("100.128.0.0", true), ("172.15.0.1", true),
            ("172.32.0.1", true), ("192.0.1.1", true), ("198.17.255.255", true), ("198.20.0.0", true),
            ("223.255.255.255", true), ("169.253.1.1", true), ("11.0.0.0", true),
            ("0.0.0.0", false), ("0.1.2.3", false), ("10.0.0.1", false), ("100.64.0.1", false),
            ("100.127.255.255", false), ("127.0.0.1", false), ("127.255.255.254", false), ("169.254.169.254", false),
            ("172.16.0.1", false), ("172.31.255.255", false), ("192.0.0.8", false), ("192.0.2.1", false),
            ("192.88.99.1", false), ("192.168.1.1", false), ("198.18.0.1", false), ("198.19.255.255", false),
            ("198.51.100.7", false), ("203.0.113.7", false), ("224.0.0.1", false), ("239.255.255.255", false),
            ("240.0.0.1", false), ("255.255.255.255", false),
            ("2606:4700::1111", true), ("2a00:1450::1", true), ("2001:200::1", true), ("3ffe::1", true),
            ("::", false), ("::1", false), ("::ffff:8.8.8.8", true), ("::ffff:127.0.0.1", false),
            ("::ffff:10.0.0.1", false), ("::ffff:169.254.169.254", false), ("::127.0.0.1", false), ("::8.8.8.8", false),
            ("::ffff:0:127.0.0.1", false), ("64:ff9b::8.8.8.8", true), ("64:ff9b::10.0.0.1", false),
            ("64:ff9b::127.0.0.1", false), ("64:ff9b:1::8.8.8.8", false), ("2002:0808:0808::1", true),
            ("2002:7f00:1::1", false), ("2002:a9fe:a9fe::", false), ("2001::1", false), ("2001:db8::1", false),
            ("3fff:1::1", false), ("100::1", false), ("fc00::1", false), ("fdff::1", false), ("fe80::1", false),
            ("febf::1", false), ("fec0::1", false), ("ff02::1", false), ("4000::1", false), ("e000::1", false),
        ])
    func isPublic(_ text: String, _ isPublic: Bool) throws {
        #expect(AddressRules.isPublic(try #require(IPAddress(text))) == isPublic)
    }

    @Test("What is allowed besides is allowed, and nothing near it")
    func allowed() throws {
        let rules = AddressRules.publicOnly(allowing: [try #require(AddressRange("10.1.0.0/16"))])
        for (text, isAllowed) in [("10.1.2.3", true), ("10.2.0.1", false), ("8.8.8.8", true), ("127.0.0.1", false)] {
            #expect(rules.allows(try #require(IPAddress(text))) == isAllowed, "\(text)")
        }
    }

    @Test(
        "Every way to write this machine is refused before a connection is made",
        arguments: [
            "127.0.0.1", "127.1", "0x7f.1", "2130706433", "0177.0.0.1", "0", "[::1]", "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]", "localhost", "LOCALHOST.", "127%2e0%2e0%2e1", "127.0.0.1.", "0.0.0.0", "[::]",
            "one.example",
            "mixed.example",
        ])
    func refused(host: String) async throws {
        let server = try LoopbackServer { _ in }
        let names = FixedNames(names: [
            "localhost": ["127.0.0.1", "::1"], "localhost.": ["127.0.0.1"], "one.example": ["127.0.0.1"],
            "mixed.example": ["8.8.8.8", "127.0.0.1"], "127.0.0.1.": ["127.0.0.1"],
        ])
        let client = try testClient(rules: .publicOnly(), resolver: names)
        let error = await failure { _ = try await client.send(server.request("GET", host: host)) }
        #expect(error?.kind == .forbiddenAddress && error?.isUnsent == true, "\(host): \(String(describing: error))")
        #expect(server.accepted.all.isEmpty)
    }

    private static let thisMachine = AddressRules(refusal: "not here") { $0.text == "127.0.0.1" }

    @Test("A name is resolved once: the connection goes to the address that was checked")
    func pinned() async throws {
        let server = try LoopbackServer.http { request, peer in peer.answer(200, request.header("Host") ?? "") }
        let client = try testClient(
            rules: Self.thisMachine, resolver: FixedNames(names: ["pinned.example": ["127.0.0.1"]]))
        let answer = try await client.fetch(server.request("GET", host: "pinned.example"), atMost: 100)
        #expect(String(decoding: answer.body, as: UTF8.self) == "pinned.example:\(server.port)")
    }

    @Test("The address is checked once more when the connection is opened")
    func checkedTwice() async throws {
        let server = try LoopbackServer { _ in }
        let asked = Counter()
        let rules = AddressRules(refusal: "not allowed any more") { _ in asked.next() == 0 }
        let client = try testClient(rules: rules, resolver: FixedNames(names: ["a.example": ["127.0.0.1"]]))
        let error = await failure { _ = try await client.send(server.request("GET", host: "a.example")) }
        #expect(error?.kind == .forbiddenAddress, "\(String(describing: error))")
        #expect(server.accepted.all.isEmpty)
    }

    @Test("A redirect is checked like the first address")
    func redirect() async throws {
        let inner = try LoopbackServer(address: "127.0.0.2") { _ in }
        let outer = try LoopbackServer.http { _, peer in
            peer.answer(302, "", "Location: http://127.0.0.2:\(inner.port)/\r\n")
        }
        let client = try testClient(rules: Self.thisMachine)
        var request = try outer.request("GET")
        request.limits.redirects = 3
        let error = await failure { [request] in _ = try await client.send(request) }
        #expect(error?.kind == .forbiddenAddress, "\(String(describing: error))")
        #expect(inner.accepted.all.isEmpty)
    }

    @Test("A look-up that hangs ends with the limit for connecting, and with its task")
    func hangingLookUp() async throws {
        struct Hanging: NameResolver {
            func addresses(of host: String) async throws -> [IPAddress] {
                try await Task.sleep(for: .seconds(600))
                return []
            }
        }
        let client = try testClient(rules: .publicOnly(), resolver: Hanging())
        var request = RemoteRequest("GET", try RemoteURL("http://slow.example/"))
        request.limits.connect = .milliseconds(50)
        let error = await failure { [request] in _ = try await client.send(request) }
        #expect(error?.kind == .connectTimeout, "\(String(describing: error))")
        request.limits.connect = .seconds(600)
        let task = Task { [request] in try await client.send(request) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test("The machine's own resolver finds this machine, and says when there is no such name")
    func system() async throws {
        #expect(try await SystemResolver().addresses(of: "localhost").contains { $0.isLoopback })
        await #expect(throws: RemoteError.self) { try await SystemResolver().addresses(of: "no-such-host.invalid") }
    }

    @Test("No proxy is used for this machine, nor where addresses are checked")
    func proxies() throws {
        var settings = RemoteSettings(userAgent: "x")
        for (url, uses) in [
            ("http://example.org/", true), ("https://192.0.2.1/", true), ("http://localhost/", false),
            ("http://LOCALHOST/", false), ("http://127.9.9.9:1/", false), ("http://[::1]/", false),
        ] {
            #expect(settings.usesProxy(for: try RemoteURL(url)) == uses, "\(url)")
        }
        settings.rules = .publicOnly()
        #expect(!settings.usesProxy(for: try RemoteURL("http://example.org/")))
    }
}
