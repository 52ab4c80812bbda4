import FoundationEssentials
import Testing

@testable import AgBase

@Suite("Bytes as text")
struct BytesAsTextTests {
    private static let samples: [[UInt8]] = (0...40).map { count in
        (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37 + count) }
    }

    @Test("Hex comes back", arguments: samples)
    func hex(_ bytes: [UInt8]) {
        let text = Hex.encode(bytes)
        #expect(text.utf8.count == bytes.count * 2)
        #expect(Hex.decode(text) == bytes)
        #expect(Hex.decode(text.uppercased()) == bytes)
    }

    @Test("What is not hex is none", arguments: ["a", "0g", "0x10", " 00", "é0", "00 "])
    func notHex(_ text: String) {
        #expect(Hex.decode(text) == nil)
    }

    @Test("Base64url comes back, and is Base64 in other letters", arguments: samples)
    func base64(_ bytes: [UInt8]) {
        let text = Base64URL.encode(bytes)
        #expect(Base64URL.decode(text) == bytes)
        let standard = text.replacing("-", with: "+").replacing("_", with: "/")
        let padded = standard + String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4)
        #expect(Data(base64Encoded: padded).map(Array.init) == bytes)
        #expect(Base64.encode(bytes) == padded)
    }

    @Test(
        "One value has one text: padding, other alphabets and stray bits are refused",
        arguments: ["AA==", "A", "AAAAA", "AB", "AAB", "a+b/", "AA AA", "ä"])
    func notBase64(_ text: String) {
        #expect(Base64URL.decode(text) == nil)
    }
}

@Suite("The writer of JSON")
struct JSONWriterTests {
    @Test(
        "A text comes back from another reader as it was",
        arguments: [
            "", "plain", "\"quoted\"", "back\\slash", "line\nend\r\t", "\u{0}\u{1F}\u{7F}", "é 𝄞 👩‍👩‍👧 \u{2028}",
            "</script>",
        ])
    func quote(_ text: String) throws {
        let quoted = JSONValue.string(text).text
        #expect(try JSONDecoder().decode([String].self, from: Data("[\(quoted)]".utf8)) == [text])
        #expect(quoted.utf8.allSatisfy { $0 >= 0x20 })
    }

    @Test("A value is written in order, and means the same to another reader")
    func value() throws {
        let value: JSONValue = [
            "b": 1, "a": [true, nil, "x\"y"], "d": .double(1.5), "e": [:], "inf": .double(.infinity),
            "big": .int(Int64.max),
        ]
        #expect(
            value.text
                == #"{"b":1,"a":[true,null,"x\"y"],"d":1.5,"e":{},"inf":null,"big":9223372036854775807}"#)
        struct Other: Decodable, Equatable { let b: Int, a: [Bool?], d: Double, big: Int64, inf: Double? }
        let plain: JSONValue = [
            "b": 1, "a": [true, nil], "d": .double(1.5), "inf": .double(.infinity), "big": .int(Int64.max),
        ]
        let read = try JSONDecoder().decode(Other.self, from: Data(plain.text.utf8))
        #expect(read == Other(b: 1, a: [true, nil], d: 1.5, big: .max, inf: nil))
        #expect(try JSONValue(json: value.text).text == value.text)
    }
}

@Suite("Words and sizes")
struct WordTests {
    @Test(
        "The closest known word is suggested, a distant one is not",
        arguments: [
            ("srve", "serve"), ("uplaod", "upload"), ("tokn", "token"), ("xyz", nil), ("", nil), ("serve", "serve"),
        ] as [(String, String?)])
    func suggestion(_ word: String, _ meant: String?) {
        #expect(Suggestion.closest(to: word, in: ["serve", "upload", "token"]) == meant)
    }

    @Test("A word that is too long to be a slip is compared with nothing")
    func longWords() {
        let known = String(repeating: "a", count: Suggestion.longestWord)
        #expect(Suggestion.closest(to: known, in: [known]) == known)
        #expect(Suggestion.closest(to: known + "a", in: [known]) == nil)
        #expect(Suggestion.closest(to: "a" + String(repeating: "\u{301}", count: 1_000_000), in: ["a"]) == nil)
    }

    @Test(
        "A text is shown by its first bytes, whole scalars of them",
        arguments: [
            ("", ""), ("abcd", "abcd"), ("abcde", "abcd…"), ("aaaé", "aaa…"), ("aaé", "aaé"), ("aaéa", "aaé…"),
            ("🪙🪙", "🪙…"), ("a🪙", "a…"), ("a\u{301}\u{301}\u{301}", "a\u{301}…"),
        ])
    func excerpt(_ text: String, _ shown: String) {
        #expect(text.excerpt(4).unicodeScalars.elementsEqual(shown.unicodeScalars))
    }

    @Test("A megabyte of accents on one letter is shown as short as any other text")
    func accents() {
        let text = "a" + String(repeating: "\u{301}", count: 500_000)
        #expect(text.excerpt().utf8.count <= 80 + "…".utf8.count)
    }

    @Test(
        "Slips are counted",
        arguments: [
            ("", "", 0), ("abc", "", 3), ("kitten", "sitting", 3), ("ab", "ba", 1), ("abcd", "badc", 2),
            ("ca", "abc", 3),
        ])
    func distance(_ a: String, _ b: String, _ slips: Int) {
        #expect(Suggestion.distance(a, b) == slips)
        #expect(Suggestion.distance(b, a) == slips)
    }

    @Test(
        "Bytes are told as people read them",
        arguments: [
            (0, "0 B"), (1_023, "1023 B"), (1_024, "1.0 KB"), (6_606_029, "6.3 MB"), (1 << 30, "1.0 GB"),
            (1 << 50, "1024.0 TB"),
        ])
    func byteCount(_ count: Int64, _ text: String) {
        #expect(readable(byteCount: count) == text)
    }

    @Test("A secret never prints itself")
    func secret() {
        let secret = Secret("hush")
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), "\([secret])", "\(Optional(secret) as Any)", dumped] {
            #expect(!text.contains("hush"))
            #expect(!text.contains("104"), "\(text)")
        }
        #expect("\(secret)" == "Secret(4 bytes)")
        #expect(secret.reveal { $0 } == Array("hush".utf8))
    }
}

@Suite("Text from outside")
struct VisibleTextTests {
    @Test(
        "shows what would steer a terminal or turn the reading direction, and leaves all else",
        arguments: [
            ("harbour.jpg", "harbour.jpg"), ("Größe 港 👩‍🚀", "Größe 港 👩‍🚀"), ("\u{1B}[31m", "\\u001b[31m"),
            ("a\nb\tc\r", "a\\u000ab\\u0009c\\u000d"),
            ("\u{0}\u{7F}\u{80}\u{9B}\u{9F}\u{A0}", "\\u0000\\u007f\\u0080\\u009b\\u009f\u{A0}"),
            (
                "\u{61C}\u{200E}\u{200F}\u{202A}\u{202E}\u{2066}\u{2069}",
                "\\u061c\\u200e\\u200f\\u202a\\u202e\\u2066\\u2069"
            ),
            ("\u{2028}\u{2029}", "\\u2028\\u2029"), ("", ""),
        ])
    func escaping(_ text: String, _ shown: String) {
        #expect(VisibleText.escaping(text) == shown)
        #expect(VisibleText.hasControls(text) == (text != shown))
    }

    @Test("keeps its own lines and columns when it is laid out already")
    func lines() {
        #expect(VisibleText.escaping("a\n\tb\u{1B}", keepsLines: true) == "a\n\tb\\u001b")
    }
}

@Suite("A password in a URL")
struct URLPasswordTests {
    @Test(
        "is found and hidden wherever it stands, and nothing else is changed",
        arguments: [
            ("postgres://a:hush@db/x", "postgres://a:***@db/x"),
            ("postgres://a:hu@sh@db/x", "postgres://a:***@db/x"),
            ("postgres://a:hu/sh@db/x", "postgres://a:***@db/x"),
            ("postgres://a:hu?sh@db/x", "postgres://a:***@db/x"),
            ("postgres://a:h:ush@db", "postgres://a:***@db"), ("postgres://:hush@db", "postgres://:***@db"),
            ("postgres://a:@db", "postgres://a:***@db"),
            ("postgres://db/x?password=hush", "postgres://db/x?password=***"),
            ("postgres://db?user=a&PassWord=hush&sslmode=require", "postgres://db?user=a&PassWord=***&sslmode=require"),
            ("postgres://db/x?p%61ssword=hush", "postgres://db/x?p%61ssword=***"),
            ("postgres://a:hush@db/x?sslpassword=hush", "postgres://a:***@db/x?sslpassword=***"),
        ])
    func hidden(_ url: String, _ shown: String) {
        #expect(URLPassword.isIn(url))
        #expect(URLPassword.hidden(in: url) == shown)
    }

    @Test(
        "is not seen where there is none",
        arguments: [
            "", "sqlite:/srv/a:b@c.sqlite", "postgres://db", "postgres://a@db:5432/x", "postgres://db:5432/a@b",
            "postgres://db/x?passfile=/run/pg&password", "postgres:///x?host=/run/pg",
            "postgres://db/x?options=-csearch_path%3Da", "postgres://[::1]:5432/x",
        ])
    func none(_ url: String) {
        #expect(!URLPassword.isIn(url))
        #expect(URLPassword.hidden(in: url) == url)
    }
}
