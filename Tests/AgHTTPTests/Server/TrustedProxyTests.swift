import AgBase
import Testing

@testable import AgHTTP

@Suite("Trusted proxies", .timeLimit(.minutes(1)))
struct TrustedProxyTests {
    static let chains: [(peer: String, forwarded: [String], client: String)] = [
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.5"], "203.0.113.5"),
        // What the client claimed stands left of what the proxy saw.
        ("127.0.0.1", ["9.9.9.9, 203.0.113.5"], "203.0.113.5"),
        ("127.0.0.1", ["203.0.113.5, 10.1.2.3, 10.200.0.1"], "203.0.113.5"),
        ("127.0.0.1", ["203.0.113.5,10.1.2.3", "10.9.9.9"], "203.0.113.5"),
        ("127.0.0.1", ["127.0.0.1, 10.0.0.1"], "127.0.0.1"),
        // Nobody else is believed.
        ("203.0.113.5", ["127.0.0.1"], "203.0.113.5"), ("11.0.0.1", ["1.2.3.4"], "11.0.0.1"),
        ("2001:db9::1", ["1.2.3.4"], "2001:db9::1"), ("", ["1.2.3.4"], ""),
        // IPv6, in every form.
        ("2001:db8::1", ["2a00:1450::5"], "2a00:1450::5"), ("2001:db8::1", ["2A00:1450:0::5"], "2a00:1450::5"),
        ("2001:db8:ffff::9", ["[2a00:1450::5]:443"], "2a00:1450::5"), ("127.0.0.1", ["[2a00:1450::5]"], "2a00:1450::5"),
        // IPv4 in IPv6 is the same address.
        ("::ffff:127.0.0.1", ["203.0.113.5"], "203.0.113.5"), ("127.0.0.1", ["::ffff:203.0.113.5"], "203.0.113.5"),
        ("127.0.0.1", ["203.0.113.5, ::ffff:10.0.0.1"], "203.0.113.5"),
        // Ports.
        ("127.0.0.1", ["203.0.113.5:41234"], "203.0.113.5"),
        ("127.0.0.1", ["203.0.113.5:41234, 10.0.0.1:80"], "203.0.113.5"),
        // What is no address ends the search at the one before it.
        ("127.0.0.1", ["203.0.113.5, unknown"], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.5, unknown, 10.0.0.1"], "10.0.0.1"),
        ("127.0.0.1", [""], "127.0.0.1"), ("127.0.0.1", ["203.0.113.5,"], "127.0.0.1"),
        ("127.0.0.1", ["_hidden"], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.5:"], "127.0.0.1"), ("127.0.0.1", ["203.0.113.5:x"], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.5:123456"], "127.0.0.1"), ("127.0.0.1", ["203.0.113.05"], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113"], "127.0.0.1"), ("127.0.0.1", ["3405803781"], "127.0.0.1"),
        ("127.0.0.1", ["[203.0.113.5]"], "127.0.0.1"), ("127.0.0.1", ["[2a00::1"], "127.0.0.1"),
        ("127.0.0.1", ["[2a00::1]x"], "127.0.0.1"), ("127.0.0.1", ["fe80::1%eth0"], "127.0.0.1"),
        ("127.0.0.1", ["\"203.0.113.5\""], "127.0.0.1"),
        ("127.0.0.1", [String(repeating: "1", count: 500)], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.5\r\nX: y"], "127.0.0.1"),
    ]

    @Test("tell the client's address, read from the right", arguments: chains)
    func chain(_ peer: String, _ forwarded: [String], _ client: String) throws {
        let proxies = try TrustedProxies(["127.0.0.1", "10.0.0.0/8", "2001:db8::/32"])
        let headers = HTTPHeaders(forwarded.map { .init(name: "x-forwarded-for", value: $0) })
        #expect(proxies.client(peer: peer, headers) == client)
        #expect(TrustedProxies.none.client(peer: peer, headers) == peer)
    }

    @Test(
        "are addresses and ranges",
        arguments: [
            ("127.0.0.1", true), ("10.0.0.0/8", true), ("10.1.2.3/8", true), ("0.0.0.0/0", true), ("::1", true),
            ("fd00::/8", true), ("::ffff:10.0.0.0/104", true), ("10.0.0.0/33", false), ("10.0.0.0/", false),
            ("10.0.0.0/-1", false), ("10.0.0.0/8/8", false), ("fd00::/129", false), ("localhost", false), ("*", false),
            ("10.0.0", false), ("127.0.0.1:80", false), ("[::1]", false), ("", false),
        ])
    func values(_ word: String, _ isGood: Bool) {
        do throws(SettingsProblem) {
            _ = try TrustedProxies([word])
            #expect(isGood)
        } catch {
            #expect(!isGood)
            #expect(error.sentences.count == 1 && error.sentences[0].contains("'\(word)'"))
        }
    }

    @Test(
        "of a range are those whose first bits are equal",
        arguments: [
            ("10.0.0.0/8", "10.255.255.255", true), ("10.0.0.0/8", "11.0.0.0", false), ("10.0.0.1", "10.0.0.2", false),
            ("10.0.0.128/25", "10.0.0.127", false), ("10.0.0.128/25", "10.0.0.200", true),
            ("0.0.0.0/0", "8.8.8.8", true),
            ("0.0.0.0/0", "2001:db8::1", false), ("2001:db8::/64", "2001:db8::ffff", true),
            ("2001:db8::/64", "2001:db8:0:1::", false), ("2001:db8::/65", "2001:db8:0:0:8000::", false),
            ("::/0", "2001:db8::1", true), ("::ffff:10.0.0.0/104", "10.9.9.9", true),
        ])
    func ranges(_ range: String, _ address: String, _ isInside: Bool) throws {
        #expect(try #require(AddressRange(range)).contains(try #require(IPAddress(address))) == isInside)
    }

    @Test("name the client to the handler and in the log, in whatever case the header is written")
    func onSocket() async throws {
        let lines = LogLines()
        try await withServer(
            { $0.trustedProxies = (try? TrustedProxies(["127.0.0.0/8"])) ?? .none }, log: Log(to: lines),
            handler: { request in .text(200, request.peer) }
        ) { server, port in
            let texts = try await blocking {
                [
                    try RawClient(port: port).get("/", headers: "x-FORWARDED-for: 1.1.1.1, 203.0.113.5\r\n").text,
                    try RawClient(port: port).get("/").text,
                ]
            }
            #expect(texts == ["203.0.113.5", "127.0.0.1"])
            try await until { server.metrics.answeredRequests == 2 }
        }
        let clients = lines.all.filter { $0.sentence == "request answered" }.flatMap(\.facts)
            .filter { $0.name == "client" }.map(\.value)
        #expect(Set(clients) == ["203.0.113.5", "127.0.0.1"])
    }
}
