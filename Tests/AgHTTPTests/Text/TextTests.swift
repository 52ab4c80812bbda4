import AgBase
import Testing

@testable import AgHTTP

@Suite("The small texts of HTTP")
struct TextTests {
    @Test(
        "a date is written and read as RFC 9110 has it",
        arguments: [
            (784_111_777_000, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (1_709_210_096_000, "Thu, 29 Feb 2024 12:34:56 GMT"),
        ] as [(Int64, String)])
    func dates(_ milliseconds: Int64, _ text: String) {
        #expect(HTTPDate.format(Timestamp(milliseconds: milliseconds)) == text)
        #expect(HTTPDate.parse(text) == Timestamp(milliseconds: milliseconds))
    }

    @Test(
        "what is not such a date is not read",
        arguments: [
            "", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT ",
            "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT",
        ])
    func noDates(_ text: String) {
        #expect(HTTPDate.parse(text) == nil)
    }

    @Test("percent-encoding keeps only what may stand anywhere")
    func encoding() {
        #expect(PercentEncoding.encode("a b/ü~-._+%") == "a%20b%2F%C3%BC~-._%2B%25")
    }

    @Test(
        "percent-decoding takes UTF-8 and nothing broken",
        arguments: [
            ("abc", "abc"), ("a%20b", "a b"), ("%C3%BC", "ü"), ("%2F", "/"), ("a+b", "a+b"), ("", ""),
            ("%", nil), ("%4", nil), ("%zz", nil), ("%FF", nil), ("%C3", nil), ("a%00b", nil), ("%ED%A0%80", nil),
            ("%C0%AF", nil),
        ] as [(String, String?)])
    func decoding(_ text: String, _ expected: String?) {
        #expect(PercentEncoding.decode(text) == expected)
    }

    @Test("a plus is a space only in queries")
    func plus() {
        #expect(PercentEncoding.decode("a+b", plusIsSpace: true) == "a b")
        #expect(PercentEncoding.decode("a%2Bb", plusIsSpace: true) == "a+b")
    }

    @Test(
        "a file's name is shown without its path and without tricks",
        arguments: [
            ("cat.jpg", "cat.jpg"), ("C:\\pictures\\cat.jpg", "cat.jpg"), ("/etc/passwd", "passwd"), ("../../x", "x"),
            ("..", ""), (".", ""), ("a/", ""), ("", ""), ("a\u{0}b\nc", "abc"), ("ü.png", "ü.png"),
            ("exe.\u{202E}gpj", "exe.gpj"), ("👩‍👩‍👧.jpg", "👩‍👩‍👧.jpg"),
        ])
    func fileNames(_ given: String, _ shown: String) {
        #expect(FileName.forDisplay(given) == shown)
    }

    @Test("a date that no calendar has is none, and a year has four digits")
    func dates() {
        #expect(HTTPDate.parse("Mon, 30 Feb 2026 00:00:00 GMT") == nil)
        #expect(HTTPDate.parse("Mon, 00 Mar 2026 00:00:00 GMT") == nil)
        let early = HTTPDate.parse("Sun, 06 Nov 0221 08:49:37 GMT")
        #expect(early.map(HTTPDate.format) == "Tue, 06 Nov 0221 08:49:37 GMT")
    }

    @Test("a long file name is cut between characters")
    func longFileName() {
        let name = FileName.forDisplay(String(repeating: "ü", count: 200))
        #expect(name == String(repeating: "ü", count: 127))
    }

    @Test(
        "a long file name keeps its extension",
        arguments: [
            (String(repeating: "é", count: 500) + ".jpg", String(repeating: "é", count: 125) + ".jpg"),
            (String(repeating: "a", count: 300) + ".tar.gz", String(repeating: "a", count: 252) + ".gz"),
            (
                "one." + String(repeating: "a", count: 300),
                "one." + String(repeating: "a", count: 251)
            ),
            (String(repeating: "a", count: 251) + ".jpg", String(repeating: "a", count: 251) + ".jpg"),
        ])
    func longWithExtension(_ given: String, _ shown: String) {
        #expect(FileName.forDisplay(given) == shown)
        let disposition = ContentDisposition.inline.value(filename: given)
        #expect(disposition.hasSuffix(shown.utf8.count == shown.count ? "\(shown)\"" : "\(shown.suffix(4))"))
    }

    @Test("a name of dots alone is none", arguments: [".", "..", "...", "a/....", ""])
    func dots(_ given: String) {
        #expect(FileName.forDisplay(given).isEmpty)
    }

    @Test(
        "a disposition cannot be broken out of",
        arguments: [
            ("cat.jpg", "attachment; filename=\"cat.jpg\""),
            ("", "attachment"),
            (
                "a\"; filename=\"b",
                "attachment; filename=\"a_; filename=_b\"; filename*=UTF-8''a%22%3B%20filename%3D%22b"
            ),
            ("café.jpg", "attachment; filename=\"caf_.jpg\"; filename*=UTF-8''caf%C3%A9.jpg"),
            ("a\r\nSet-Cookie: x", "attachment; filename=\"aSet-Cookie: x\""),
            ("100%.jpg", "attachment; filename=\"100_.jpg\"; filename*=UTF-8''100%25.jpg"),
        ])
    func dispositions(_ name: String, _ value: String) {
        #expect(ContentDisposition.attachment.value(filename: name) == value)
    }
}
