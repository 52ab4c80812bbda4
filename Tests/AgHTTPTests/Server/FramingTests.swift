import AgBase
import Testing

@testable import AgHTTP

@Suite("Framing")
struct FramingTests {
    @Test(
        "one way to tell a body's length is taken",
        arguments: [
            ([:], .none), (["Content-Length": "0"], .none), (["Content-Length": "12"], .length(12)),
            (["Content-Length": "007"], .length(7)), (["Transfer-Encoding": "Chunked"], .chunked),
        ] as [(HTTPHeaders, Framing.Body)])
    func taken(_ extra: HTTPHeaders, _ body: Framing.Body) throws {
        var headers = extra
        headers["Host"] = "a"
        #expect(try Framing(headers, version: "HTTP/1.1").body == body)
    }

    @Test(
        "anything that two readers could read in two ways is refused",
        arguments: [
            (["Content-Length": "1", "Transfer-Encoding": "chunked"], 400),
            (["Content-Length": "1", "content-length": "1"], 400),
            (["Transfer-Encoding": "chunked", "transfer-encoding": "chunked"], 400),
            (["Content-Length": "1, 1"], 400), (["Content-Length": "+1"], 400), (["Content-Length": "-1"], 400),
            (["Content-Length": "0x1"], 400), (["Content-Length": ""], 400), (["Content-Length": "1 1"], 400),
            (["Content-Length": "9999999999999999999"], 400),
            (["Transfer-Encoding": "gzip"], 501), (["Transfer-Encoding": "gzip, chunked"], 501),
            (["Transfer-Encoding": "chunked, chunked"], 501), (["Transfer-Encoding": ""], 501),
            (["Expect": "the unexpected"], 417),
        ] as [(HTTPHeaders, Int)])
    func refused(_ extra: HTTPHeaders, _ status: Int) {
        var headers = extra
        headers["Host"] = "a"
        let refusal = #expect(throws: Framing.Refusal.self) { try Framing(headers, version: "HTTP/1.1") }
        #expect(refusal?.status == status)
    }

    @Test("a request names its host once; HTTP/1.0 need not")
    func host() throws {
        #expect(throws: Framing.Refusal.self) { try Framing([:], version: "HTTP/1.1") }
        #expect(throws: Framing.Refusal.self) { try Framing(["Host": "a", "host": "b"], version: "HTTP/1.1") }
        #expect(throws: Framing.Refusal.self) { try Framing(["Host": "a", "host": "b"], version: "HTTP/1.0") }
        #expect(try Framing([:], version: "HTTP/1.0").body == .none)
        for good in ["a", "a.b:8080", "127.0.0.1:80", "[::1]:8080", "[::1]", "a:", "a:65535", ""] {
            #expect(try Framing(["Host": good], version: "HTTP/1.1").body == .none)
        }
        for bad in [
            "a b", "a/b", "a@b", "a#b", "a?b", "a\\b", "<a>", "a\"b", "a,b", "ä", "a:65536", "a:b", "a:1:2",
            "[::1]:99999", "a:-1",
        ] {
            let refusal = #expect(throws: Framing.Refusal.self) { try Framing(["Host": bad], version: "HTTP/1.1") }
            #expect(refusal?.code == "invalid-host", "\(bad)")
        }
        #expect(throws: Framing.Refusal.self) { try Framing(["Transfer-Encoding": "chunked"], version: "HTTP/1.0") }
    }

    @Test(
        "a client's request id is kept when it is harmless",
        arguments: [
            ("abc-1.2_3:4~", true), ("", false), ("a b", false), ("a\"b", false), ("ü", false),
            (String(repeating: "x", count: 128), true), (String(repeating: "x", count: 129), false),
        ])
    func requestID(_ given: String, _ isKept: Bool) {
        #expect((RequestID.choose(["X-Request-Id": given]) == given) == isKept)
    }
}
