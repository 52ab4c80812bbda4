import AgBase
import Testing

@testable import AgHTTP

@Suite("Delivered content")
struct DeliveryTests {
    @Test(
        "a range is one stretch or nothing special",
        arguments: [
            ("bytes=0-0", 10, .part(0..<1)), ("bytes=0-9", 10, .part(0..<10)), ("bytes=5-", 10, .part(5..<10)),
            ("bytes=5-99", 10, .part(5..<10)), ("bytes=-3", 10, .part(7..<10)), ("bytes=-99", 10, .part(0..<10)),
            ("BYTES = 1-2", 10, .part(1..<3)), ("bytes=9-9", 10, .part(9..<10)),
            ("bytes=10-", 10, .unsatisfiable), ("bytes=10-20", 10, .unsatisfiable), ("bytes=-0", 10, .unsatisfiable),
            ("bytes=0-", 0, .unsatisfiable), ("bytes=-1", 0, .unsatisfiable),
            ("bytes=99999999999999999999-", 10, .unsatisfiable), ("bytes=0-99999999999999999999", 10, .part(0..<10)),
            ("bytes=-99999999999999999999", 10, .part(0..<10)), ("bytes=0-9223372036854775807", 10, .part(0..<10)),
            ("bytes=5-4", 10, .whole), ("bytes=0-1,3-4", 10, .whole), ("bytes=", 10, .whole), ("bytes=-", 10, .whole),
            ("bytes=a-b", 10, .whole), ("bytes=1", 10, .whole), ("lines=0-1", 10, .whole), ("bytes=+1-2", 10, .whole),
            ("bytes=0--1", 10, .whole), ("", 10, .whole),
            ("bytes=0-" + String(repeating: "0", count: 60) + "1", 10, .whole),
        ] as [(String, Int64, ByteRange)])
    func ranges(_ value: String, _ length: Int64, _ expected: ByteRange) {
        #expect(ByteRange([value], length: length) == expected)
    }

    @Test("two Range headers are none")
    func twoRanges() {
        #expect(ByteRange(["bytes=0-1", "bytes=0-1"], length: 10) == .whole)
        #expect(ByteRange([], length: 10) == .whole)
    }

    @Test(
        "conditions are weighed in the order of RFC 9110",
        arguments: [
            ([:], .get, .proceed),
            (["If-None-Match": "\"v1\""], .get, .notModified),
            (["If-None-Match": "\"v1\""], .head, .notModified),
            (["If-None-Match": "\"v1\""], .put, .failed),
            (["If-None-Match": "W/\"v1\""], .get, .notModified),
            (["If-None-Match": "\"v0\", \"a,b\", \"v1\""], .get, .notModified),
            (["If-None-Match": "\"v0\"", "if-none-match": "\"v1\""], .get, .notModified),
            (["If-None-Match": "*"], .get, .notModified),
            (["If-None-Match": "*"], .put, .failed),
            (["If-None-Match": "\"v2\""], .get, .proceed),
            (["If-None-Match": "v1"], .get, .proceed),
            (["If-Match": "\"v1\""], .get, .proceed),
            (["If-Match": "*"], .get, .proceed),
            (["If-Match": "\"v2\""], .get, .failed),
            (["If-Match": "W/\"v1\""], .get, .failed),
            (["If-Match": "\"v2\"", "If-None-Match": "\"v1\""], .get, .failed),
            (["If-Modified-Since": "Sun, 06 Nov 1994 08:49:37 GMT"], .get, .notModified),
            (["If-Modified-Since": "Sun, 06 Nov 1994 08:49:36 GMT"], .get, .proceed),
            (["If-Modified-Since": "Sun, 06 Nov 1994 08:49:37 GMT"], .put, .proceed),
            (["If-None-Match": "\"v2\"", "If-Modified-Since": "Sun, 06 Nov 1994 08:49:37 GMT"], .get, .proceed),
            (["If-Unmodified-Since": "Sun, 06 Nov 1994 08:49:36 GMT"], .get, .failed),
            (["If-Unmodified-Since": "Sun, 06 Nov 1994 08:49:37 GMT"], .get, .proceed),
        ] as [(HTTPHeaders, HTTPMethod, Preconditions)])
    func preconditions(_ headers: HTTPHeaders, _ method: HTTPMethod, _ expected: Preconditions) {
        let result = Preconditions.evaluate(
            headers, method: method, tag: EntityTag("v1"), lastModified: Timestamp(milliseconds: 784_111_777_000))
        #expect(result == expected)
    }

    private func answer(_ headers: HTTPHeaders, method: HTTPMethod = .get) throws -> (HTTPResponse, String) {
        let thing = DeliveredContent(
            .bytes(Array("0123456789".utf8)), tag: "v1", contentType: "text/plain", cacheControl: "private, max-age=60",
            disposition: ContentDisposition.inline.value(filename: "a.txt"), headers: ["Vary": "Accept"])
        let response = content(of: thing, for: try HTTPRequest(method: method, target: "/", headers: headers))
        guard case .bytes(let bytes) = response.body else { return (response, "") }
        return (response, String(decoding: bytes, as: UTF8.self))
    }

    @Test("the whole comes with everything a cache needs")
    func whole() throws {
        let (response, text) = try answer([:])
        #expect(response.status == 200)
        #expect(text == "0123456789")
        let expected = [
            "ETag": "\"v1\"", "Cache-Control": "private, max-age=60", "Content-Type": "text/plain", "Vary": "Accept",
            "Accept-Ranges": "bytes", "X-Content-Type-Options": "nosniff",
            "Content-Disposition": "inline; filename=\"a.txt\"",
        ]
        for (name, value) in expected { #expect(response.headers[name] == value) }
    }

    @Test("a part says which")
    func part() throws {
        let (response, text) = try answer(["Range": "bytes=2-4"])
        #expect(response.status == 206)
        #expect(text == "234")
        #expect(response.headers["Content-Range"] == "bytes 2-4/10")
    }

    @Test("a part outside is 416 with the length")
    func outside() throws {
        let (response, _) = try answer(["Range": "bytes=10-"])
        #expect(response.status == 416)
        #expect(response.headers["Content-Range"] == "bytes */10")
    }

    @Test(
        "a part of something else is the whole",
        arguments: [
            ("\"v1\"", 206), ("\"v0\"", 200), ("W/\"v1\"", 200), ("Sun, 06 Nov 1994 08:49:37 GMT", 200), ("v1", 200),
        ])
    func ifRange(_ condition: String, _ status: Int) throws {
        #expect(try answer(["Range": "bytes=0-0", "If-Range": condition]).0.status == status)
    }

    @Test("HEAD knows no ranges")
    func head() throws {
        #expect(try answer(["Range": "bytes=0-0"], method: .head).0.status == 200)
    }

    @Test("unchanged content is 304 with its validators and no type")
    func notModified() throws {
        let (response, text) = try answer(["If-None-Match": "\"v1\"", "Range": "bytes=0-0"])
        #expect(response.status == 304)
        #expect(text.isEmpty)
        #expect(response.headers["ETag"] == "\"v1\"")
        #expect(response.headers["Vary"] == "Accept")
        #expect(response.headers["Cache-Control"] == "private, max-age=60")
        #expect(response.headers["Content-Type"] == nil)
    }

    @Test("a failed condition is 412")
    func failed() throws {
        #expect(try answer(["If-Match": "\"v2\""]).0.status == 412)
    }
}
