import AgBase
import Testing

@testable import AgHTTP

@Suite("Messages")
struct MessageTests {
    @Test(
        "a target is taken apart without losing what it said",
        arguments: [
            ("/", "/", "", []),
            ("/a/b", "/a/b", "", ["a", "b"]),
            ("/a%2Fb/%C3%BC?x=1?y", "/a%2Fb/%C3%BC", "x=1?y", ["a/b", "ü"]),
            ("/a//b/", "/a//b/", "", ["a", "", "b", ""]),
            ("http://host:80/a?b", "/a", "b", ["a"]),
            ("http://host", "/", "", []),
            ("http://host?q=1", "/", "q=1", []),
            ("*", "*", "", []),
            ("HTTPS://host/\u{301}a?\u{301}b", "/\u{301}a", "\u{301}b", ["\u{301}a"]),
            ("/a?", "/a", "", ["a"]),
            ("?a=1", nil, "", []),
            ("a/b", nil, "", []),
            ("", nil, "", []),
            ("/%", nil, "", []),
            ("/a%00", nil, "", []),
            ("/%FF", nil, "", []),
            ("/a b", nil, "", []),
            ("/a\tb", nil, "", []),
        ] as [(String, String?, String, [String])])
    func targets(_ raw: String, _ path: String?, _ query: String, _ segments: [String]) {
        let target = try? RequestTarget(raw)
        #expect(target?.path == path)
        guard let target else { return }
        #expect(target.query.raw == query)
        #expect(target.segments == segments)
    }

    @Test("a query is decoded when it is read")
    func query() throws {
        let query = HTTPQuery(raw: "a=1&b=%C3%BC+x&a=2&c&&=d")
        #expect(try query["a"] == "1")
        #expect(try query.all("a") == ["1", "2"])
        #expect(try query["b"] == "ü x")
        #expect(try query["c"] == "")
        #expect(try query["none"] == nil)
        #expect(try query.names == ["a", "b", "c", ""])
    }

    @Test("an accent behind a separator does not hide it")
    func accents() throws {
        let query = HTTPQuery(raw: "a=1&\u{301}b=\u{301}2")
        #expect(try query.items().map(\.name) == ["a", "\u{301}b"])
        #expect(try query["\u{301}b"] == "\u{301}2")
        #expect(RequestCookies(["Cookie": "a=1;\u{301}; b=\u{301}2"])["b"] == "\u{301}2")
        #expect(EntityTagList(["\"\u{301},\""]) == EntityTagList.some([EntityTag("\u{301},")]))
    }

    @Test(
        "a query that is not UTF-8 is refused, whichever part is asked for",
        arguments: ["a=%FF", "%=1", "a=%4", "a=%00"])
    func brokenQuery(_ raw: String) {
        let fault = #expect(throws: Fault.self) { try HTTPQuery(raw: raw)["z"] }
        #expect(fault?.code == "invalid-query")
        #expect(fault?.kind == .badRequest)
    }

    @Test("header names know no case, values keep their order")
    func headers() {
        var headers: HTTPHeaders = ["Content-Type": "a/b"]
        headers.add("X", "1")
        headers.add("x", "2")
        #expect(headers["content-TYPE"] == "a/b")
        #expect(headers.all("X") == ["1", "2"])
        headers["x"] = "3"
        #expect(headers.all("X") == ["3"])
        headers["X"] = nil
        #expect(!headers.contains("x"))
        #expect(headers.fields.count == 1)
    }

    @Test("a header's value cannot start a new line")
    func injection() {
        let headers: HTTPHeaders = ["Location": "/a\r\nSet-Cookie: b"]
        #expect(headers["location"] == "/a  Set-Cookie: b")
    }

    @Test("cookies are read from all their headers")
    func cookies() {
        let cookies = RequestCookies(["Cookie": "a=1; b=\"two\";c = 3 ; bad; =4; a=5", "cookie": "d=x=y"])
        #expect(cookies["a"] == "1")
        #expect(cookies["b"] == "two")
        #expect(cookies["c"] == "3")
        #expect(cookies["d"] == "x=y")
        #expect(cookies["bad"] == nil)
        #expect(cookies["e"] == nil)
    }

    @Test("a fault becomes a problem document")
    func problem() throws {
        let request = try HTTPRequest(method: .get, target: "/x?secret=1", id: "r-1")
        let fault = Fault(
            .tooManyRequests, "slow-down", "Say \"please\".", retryAfter: .milliseconds(1_200),
            details: [.init(subject: "a", code: "b", detail: "c")])
        let response = HTTPResponse.problem(fault, for: request)
        guard case .bytes(let bytes) = response.body else { throw fault }
        let expected =
            #"{"type":"about:blank","title":"Too Many Requests","status":429,"detail":"Say \"please\".","#
            + #""instance":"/x","code":"slow-down","requestId":"r-1","retryable":true,"#
            + #""errors":[{"subject":"a","code":"b","detail":"c"}]}"#
        #expect(String(decoding: bytes, as: UTF8.self) == expected)
        #expect(response.status == 429)
        #expect(response.headers["Retry-After"] == "2")
        #expect(response.headers["Cache-Control"] == "no-store")
        #expect(response.headers["Content-Type"] == "application/problem+json")
    }

    @Test("every kind of fault has a status of its own")
    func kinds() {
        let statuses = Fault.Kind.allCases.map(\.status)
        #expect(Set(statuses).count == statuses.count)
        #expect(statuses.allSatisfy { 400..<600 ~= $0 })
    }

    @Test("a refusal for want of a credential says which kind is wanted")
    func unauthorized() throws {
        let response = HTTPResponse.problem(
            Fault(.unauthorized, "no-token", "A token is needed."), for: try HTTPRequest(method: .get, target: "/"))
        #expect(response.headers["WWW-Authenticate"] == "Bearer")
    }

    @Test("notes stay with their request, one per type")
    func notes() throws {
        let request = try HTTPRequest(method: .get, target: "/")
        request.attach("ann")
        request.attach(7)
        request.attach("bob")
        #expect(request.attached(String.self) == "bob")
        #expect(request.attached(Int.self) == 7)
        #expect(request.attached(Bool.self) == nil)
    }
}
