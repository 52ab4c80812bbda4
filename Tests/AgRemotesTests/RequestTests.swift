import AgBase
import Testing

@testable import AgRemotes

@Suite("URLs and header fields")
struct RequestTests {
    @Test(
        "A URL is read as libcurl will read it",
        arguments: [
            ("http://Example.org", "http", "example.org", 80, "http://Example.org/"),
            ("https://example.org/a?b=c#d", "https", "example.org", 443, "https://example.org/a?b=c"),
            ("HTTP://example.org:81/a/../b", "http", "example.org", 81, "http://example.org:81/b"),
            ("http://0x7f.1/", "http", "127.0.0.1", 80, "http://127.0.0.1/"),
            ("http://2130706433/", "http", "127.0.0.1", 80, "http://127.0.0.1/"),
            ("http://[::1]:8080/x", "http", "::1", 8_080, "http://[::1]:8080/x"),
            ("http://[fe80::1%25eth0]/", "http", "fe80::1", 80, "http://[fe80::1%25eth0]/"),
        ])
    func parts(_ text: String, _ scheme: String, _ host: String, _ port: Int, _ canonical: String) throws {
        let url = try RemoteURL(text)
        #expect(url.scheme == scheme && url.host == host && url.port == port && url.text == canonical, "\(url.text)")
    }

    @Test(
        "What is not a plain http or https URL is refused",
        arguments: [
            "", "example.org", "/path", "ftp://example.org/", "file:///etc/passwd", "gopher://127.0.0.1:6379/_x",
            "http://", "http://user@example.org/", "http://user:pass@example.org/", "http://:pass@h/",
            "http://h:0/", "http://h:99999/", "http://h:x/", "http://a b/", "http://h/\r\nX: y", "http://h/\u{0}",
            "javascript:alert(1)", "http://[::1/", "http://exa\u{7F}mple/", "dict://127.0.0.1/",
        ])
    func refused(_ text: String) {
        let error = #expect(throws: RemoteError.self) { try RemoteURL(text) }
        #expect(error?.kind == .invalidURL)
    }

    @Test("A sentence shows the host, and nothing that may be secret")
    func description() throws {
        #expect("\(try RemoteURL("https://h.example/secret?signature=abc"))" == "https://h.example")
        #expect("\(try RemoteURL("http://[::1]:81/secret"))" == "http://[::1]:81")
        let error = #expect(throws: RemoteError.self) { try RemoteURL("http://user:secret@h/") }
        #expect(error.map { "\($0)\($0.cause ?? "")" }?.contains("secret") == false)
    }

    @Test("No value starts a line of its own, and no name is something else than a name")
    func fields() {
        var fields: HeaderFields = ["A": "1\r\nX: 2\u{0}3", "B\r\nY": "4", "": "5", "C": ""]
        #expect(fields.all.map { "\($0.name)=\($0.value)" } == ["A=1  X: 2 3", "C="])
        fields["a"] = "9"
        fields.add("A", "10")
        #expect(fields.values("A") == ["9", "10"] && fields["c"] == "")
        fields["A"] = nil
        #expect(fields["a"] == nil)
    }

    @Test(
        "A line of a head is a name, a colon and a value",
        arguments: [
            ("Name: value\r\n", "Name", "value"), ("Name:value", "Name", "value"), ("N:  a b \t\r\n", "N", "a b"),
            ("N:\r\n", "N", ""), ("N: a: b\r\n", "N", "a: b"),
        ])
    func line(_ line: String, _ name: String, _ value: String) {
        let field = HeaderFields.field(Array(line.utf8))
        #expect(field?.name == name && field?.value == value)
    }

    @Test("A line that is no field is none", arguments: ["", "Name", ": x", "A B: x", " folded: x"])
    func noLine(_ line: String) {
        #expect(HeaderFields.field(Array(line.utf8)) == nil)
    }
}

@Suite("Redirects")
struct RedirectTests {
    private func request(_ method: String = "GET", _ url: String = "https://a.example/x") throws -> RemoteRequest {
        var request = RemoteRequest(
            method, try RemoteURL(url),
            headers: ["Authorization": "secret", "Cookie": "c", "X-Key": "k", "X-Plain": "p", "Content-Type": "t"],
            body: method == "POST" ? .bytes([1]) : .none)
        request.limits.redirects = 5
        request.secretHeaders = ["X-Key"]
        return request
    }

    @Test("are not followed unless asked for")
    func off() throws {
        var request = try self.request()
        request.limits.redirects = 0
        #expect(try Redirects.next(after: request, status: 302, location: "/y", followed: 0) == nil)
        #expect(RemoteLimits().redirects == 0)
    }

    @Test(
        "lead where the location says, seen from here",
        arguments: [
            ("/y", "https://a.example/y"), ("y?z", "https://a.example/y?z"),
            ("https://b.example", "https://b.example/"),
            ("//b.example/q", "https://b.example/q"), ("?n", "https://a.example/x?n"),
        ])
    func target(_ location: String, _ url: String) throws {
        let next = try Redirects.next(after: request(), status: 302, location: location, followed: 0)
        #expect(next?.url.text == url)
    }

    @Test(
        "keep credentials at the origin they are for",
        arguments: [
            ("/y", true), ("https://a.example:443/y", true), ("https://b.example/", false),
            ("https://a.example:444/", false), ("https://a.example.evil.example/", false),
        ])
    func credentials(_ location: String, _ isKept: Bool) throws {
        let next = try #require(try Redirects.next(after: request(), status: 307, location: location, followed: 0))
        for name in ["Authorization", "Cookie", "X-Key"] { #expect((next.headers[name] != nil) == isKept, "\(name)") }
        #expect(next.headers["X-Plain"] == "p")
    }

    @Test(
        "repeat the method or ask with GET, as the status says",
        arguments: [
            ("POST", 301, "GET"), ("POST", 302, "GET"), ("POST", 303, "GET"), ("POST", 307, "POST"),
            ("POST", 308, "POST"), ("PUT", 302, "PUT"), ("PUT", 303, "GET"), ("HEAD", 303, "HEAD"), ("GET", 301, "GET"),
            ("DELETE", 307, "DELETE"),
        ])
    func method(_ method: String, _ status: Int, _ expected: String) throws {
        let next = try #require(
            try Redirects.next(after: request(method), status: status, location: "/y", followed: 0))
        #expect(next.method == expected)
        if case .none = next.body {} else { #expect(expected == "POST") }
        #expect((next.headers["Content-Type"] == nil) == (expected == "GET" && method != "GET"))
    }

    @Test(
        "end where they may not go",
        arguments: [
            ("http://a.example/", 0, true), ("ftp://a.example/", 0, true), ("https://user:p@a.example/", 0, true),
            ("/y", 5, true), ("/y", 4, false),
        ])
    func refused(_ location: String, _ followed: Int, _ isRefused: Bool) throws {
        let result = Result {
            try Redirects.next(after: request(), status: 302, location: location, followed: followed)
        }
        if isRefused {
            let error = #expect(throws: RemoteError.self) { try result.get() }
            #expect(error?.kind == .redirect)
        } else {
            #expect(try result.get() != nil)
        }
    }

    @Test("do not repeat a body that cannot be made again")
    func onceOnly() throws {
        var upload = try request("PUT")
        upload.body = stream([[1]], length: 1, isRepeatable: false)
        let once = upload
        #expect(throws: RemoteError.self) {
            _ = try Redirects.next(after: once, status: 307, location: "/y", followed: 0)
        }
    }

    @Test("Another status, or none to go to, is no redirect")
    func none() throws {
        #expect(try Redirects.next(after: request(), status: 304, location: "/y", followed: 0) == nil)
        #expect(try Redirects.next(after: request(), status: 300, location: "/y", followed: 0) == nil)
        #expect(try Redirects.next(after: request(), status: 302, location: nil, followed: 0) == nil)
    }
}
