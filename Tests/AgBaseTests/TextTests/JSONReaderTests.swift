import AgBase
import AgTesting
import Testing

@Suite("JSON that is read", .timeLimit(.minutes(1)))
struct JSONReaderTests {
    @Test(
        "keeps the order of its members and the digits of its numbers",
        arguments: [
            #"{"z":1,"a":{"y":[1,-2.5,{"b":null,"a":true}],"x":"q\"}\\"},"":[]}"#, "[]", "{}", "7", #""a""#, "[[],{}]",
            "-0", "1.0", "1e2", "1E+2", "0.10", "1e400", "-1e-999999999", "9223372036854775807", "-9223372036854775808",
            "9223372036854775808", "123456789012345678901234567890.000", #"["",false,true,null]"#,
        ])
    func kept(_ text: String) throws {
        #expect(try JSONValue(json: text).text == text)
        let loose = text.split(separator: ",", omittingEmptySubsequences: false).joined(separator: " ,\t")
        #expect(try JSONValue(json: " \n\(loose)\r\n").text == text)
    }

    @Test(
        "has its escapes resolved",
        arguments: [
            (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u00e9\u00E9""#, "éé"), (#""\ud83e\ude99""#, "🪙"),
            (#""a\u0062c""#, "abc"), (#""\uFFFF\uE000""#, "\u{FFFF}\u{E000}"), ("\"é🪙\u{7F}\"", "é🪙\u{7F}"),
            (#""\uD7FF""#, "\u{D7FF}"), (#""\uD800\uDC00\uDBFF\uDFFF""#, "\u{10000}\u{10FFFF}"),
        ])
    func escapes(_ text: String, _ meant: String) throws {
        let read = try #require(try JSONValue(json: text).string)
        #expect(read.unicodeScalars.elementsEqual(meant.unicodeScalars))
    }

    @Test(
        "is refused with the place where it ceases to be JSON",
        arguments: [
            ("", 1, 1, .endsTooEarly), ("  ", 1, 3, .endsTooEarly), ("{", 1, 2, .endsTooEarly),
            ("[1", 1, 3, .endsTooEarly), ("\"a", 1, 3, .endsTooEarly), ("\"\\", 1, 3, .endsTooEarly),
            (#""\u12"#, 1, 6, .endsTooEarly), ("{\"a\"", 1, 5, .endsTooEarly), ("{\"a\":", 1, 6, .endsTooEarly),
            ("-", 1, 2, .endsTooEarly), ("1.", 1, 3, .endsTooEarly), ("1e", 1, 3, .endsTooEarly),
            ("[1,]", 1, 4, .expected("a value")), ("[,1]", 1, 2, .expected("a value")),
            ("{,}", 1, 2, .expected("a member's name")), ("{\"a\":1,}", 1, 8, .expected("a member's name")),
            ("{a:1}", 1, 2, .expected("a member's name")), ("{\"a\" 1}", 1, 6, .expected("a colon")),
            ("[1 2]", 1, 4, .expected("a comma or ']'")), ("{\"a\":1 \"b\":2}", 1, 8, .expected("a comma or '}'")),
            ("[1}", 1, 3, .expected("a comma or ']'")), ("nul", 1, 1, .expected("a value")),
            ("nulL", 1, 1, .expected("a value")), ("True", 1, 1, .expected("a value")),
            ("NaN", 1, 1, .expected("a value")), ("Infinity", 1, 1, .expected("a value")),
            ("+1", 1, 1, .expected("a value")), (".5", 1, 1, .expected("a value")), ("'a'", 1, 1, .expected("a value")),
            ("-a", 1, 2, .expected("a digit")), ("1.a", 1, 3, .expected("a digit")),
            ("1e+a", 1, 4, .expected("a digit")),
            ("01", 1, 2, .trailingBytes), ("1 2", 1, 3, .trailingBytes), ("{}x", 1, 3, .trailingBytes),
            ("1//c", 1, 2, .trailingBytes), ("[\n 1,\n é]", 3, 2, .expected("a value")),
            ("\u{FEFF}1", 1, 1, .expected("a value")),
            ("{\"a\":1,\n\"b\":2,\"a\":3}", 2, 7, .duplicateMember),
            ("{\"é\":1,\"\\u00e9\":2}", 1, 8, .duplicateMember),
            ("\"é\t\"", 1, 3, .controlCharacter), ("\"\n\"", 1, 2, .controlCharacter), ("\"a\u{0}\"", 1, 3, .nul),
            (#""a\u0000""#, 1, 3, .nul), (#"{"\u0000":1}"#, 1, 3, .nul), (#""\x""#, 1, 2, .invalidEscape),
            (#""\u12g4""#, 1, 2, .invalidEscape), (#""é\ud800""#, 1, 3, .loneSurrogate),
            (#""\udc00""#, 1, 2, .loneSurrogate),
            (#""\ud800\ud800""#, 1, 2, .loneSurrogate), (#""\ud800\n""#, 1, 2, .loneSurrogate),
            (#""\ud800x\udc00""#, 1, 2, .loneSurrogate),
        ] as [(String, Int, Int, JSONFault.Reason)])
    func refused(_ text: String, _ line: Int, _ column: Int, _ reason: JSONFault.Reason) {
        let fault = #expect(throws: JSONFault.self) { try JSONValue(json: text) }
        #expect(fault?.reason == reason)
        #expect([fault?.line, fault?.column] == [line, column], "\(text): \(fault?.description ?? "")")
    }

    @Test(
        "is refused when its bytes are no UTF-8, inside of texts and outside",
        arguments: [
            ([0x22, 0xC3, 0x28, 0x22], 1, .invalidUTF8), ([0x22, 0x61, 0x80, 0x22], 2, .invalidUTF8),
            ([0x22, 0xC0, 0x80, 0x22], 1, .invalidUTF8), ([0x22, 0xED, 0xA0, 0x80, 0x22], 1, .invalidUTF8),
            ([0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], 1, .invalidUTF8), ([0x22, 0x5C, 0x6E, 0xFF, 0x22], 3, .invalidUTF8),
            ([0x22, 0xC3, 0x22], 1, .invalidUTF8), ([0xFF], 0, .expected("a value")),
            ([0x31, 0xC3], 1, .trailingBytes),
        ] as [([UInt8], Int, JSONFault.Reason)])
    func encoding(_ bytes: [UInt8], _ offset: Int, _ reason: JSONFault.Reason) {
        let fault = #expect(throws: JSONFault.self) { try JSONValue(json: bytes) }
        #expect(fault?.reason == reason)
        #expect(fault?.offset == offset)
    }

    @Test("may be nested as deep as allowed and no deeper, side by side as often as it likes")
    func depth() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[{\"a\":", count: depth / 2) + "1" + String(repeating: "}]", count: depth / 2)
        }
        _ = try JSONValue(json: nested(32))
        _ = try JSONValue(json: "[\(Array(repeating: nested(30), count: 100).joined(separator: ","))]")
        let fault = #expect(throws: JSONFault.self) { try JSONValue(json: nested(34)) }
        #expect(fault?.reason == .tooDeep(limit: 32))
        #expect(fault?.offset == nested(32).utf8.firstIndex(of: UInt8(ascii: "1"))?.utf16Offset(in: nested(32)))
        _ = try JSONValue(json: nested(100), depth: 100)
        #expect(throws: JSONFault.self) { try JSONValue(json: "[]", depth: 0) }
        #expect(throws: JSONFault.self) { try JSONValue(json: String(repeating: "[", count: 1_000_000)) }
    }

    @Test("tells names apart by their bytes, among few and among many")
    func names() throws {
        // Two spellings of one letter are two names: no reader that compares bytes can be surprised.
        _ = try JSONValue(json: "{\"\u{E9}\":1,\"e\u{301}\":2}")
        for count in [8, 9, 10, 300] {
            let members = (0..<count).map { "\"m\($0)\":\($0)" }
            #expect(try JSONValue(json: "{\(members.joined(separator: ","))}").members?.count == count)
            for again in [0, count - 1] {
                let text = "{\((members + ["\"m\(again)\":0"]).joined(separator: ","))}"
                #expect(throws: JSONFault.self) { try JSONValue(json: text) }
            }
        }
    }

    @Test(
        "is a whole number when its digits say so, however they are written",
        arguments: [
            ("0", 0), ("-0", 0), ("0e999999999999999999999", 0), ("1e2", 100), ("100.0", 100), ("1.5e1", 15),
            ("-12.30e1", -123),
            ("10000e-4", 1), ("9223372036854775807.0", .max), ("-9223372036854775808e0", .min),
            ("0.9223372036854775807e19", .max), ("1.5", nil), ("1e-1", nil), ("9223372036854775808", nil),
            ("1e19", nil),
            ("1e999999999", nil), ("1e99999999999999999999999", nil), ("1e-99999999999999999999999", nil),
            ("0.1e-999999999", nil),
        ] as [(String, Int64?)])
    func whole(_ text: String, _ number: Int64?) throws {
        #expect(try JSONValue(json: text).int == number)
    }

    @Test("is a floating-point number when that is asked for and can hold it")
    func double() throws {
        #expect(try JSONValue(json: "0.1").double == 0.1)
        #expect(try JSONValue(json: "-25").double == -25)
        #expect(try JSONValue(json: "1e400").double == nil)
        #expect(try JSONValue(json: "1e-400").double == 0)
        #expect(JSONValue.double(0.25) == (try JSONValue(json: "0.25")))
        #expect(JSONValue.double(.nan) == .null)
    }

    @Test("takes time in proportion to its length, whatever its shape", arguments: WorstJSON.allCases)
    func linear(_ shape: WorstJSON) {
        func effort(_ length: Int) -> Duration {
            let bytes = shape.bytes(length)
            // The least of a few: a busy machine only ever adds.
            return (0..<5).map { _ in processorTime(of: { _ = try? JSONValue(json: bytes) }) }.min() ?? .zero
        }
        let short = max(effort(16 << 10), .microseconds(100))
        let long = effort(256 << 10)
        // Sixteen times the length: twice that is left for caches and allocation, where squares would be 256 times.
        #expect(long < short * 48, "\(shape): \(short) for 16 KiB, \(long) for 256 KiB")
    }
}

/// Shapes that some reader somewhere takes too long for.
enum WorstJSON: String, CaseIterable {
    case nested, nestedWithin, wide, wideTexts, duplicatesAtTheEnd, sameName, emptyName, escapes, surrogates,
        loneSurrogate
    case digits, exponents, blanks, accents, invalidUTF8, controlAtTheEnd, manyObjects, literals

    /// About so many.
    func bytes(_ length: Int) -> [UInt8] { Array(text(length).utf8) + tail }

    private var tail: [UInt8] { self == .invalidUTF8 ? [0xFF, 0x22] : [] }

    private func text(_ length: Int) -> String {
        switch self {
        case .nested: String(repeating: "[", count: length)
        case .nestedWithin: list("[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]", length)
        case .wide: members(length) { "\"m\($0)\":0" }
        case .wideTexts: members(length) { "\"\(String(repeating: "x", count: 40))\($0)\":\"\"" }
        case .duplicatesAtTheEnd: String(members(length) { "\"m\($0)\":0" }.dropLast()) + ",\"m1\":1}"
        case .sameName: members(length) { _ in "\"m\":0" }
        case .emptyName: members(length) { _ in "\"\":0" }
        case .escapes: "\"\(String(repeating: #"\n\u00e9"#, count: length / 8))\""
        case .surrogates: "\"\(String(repeating: #"\ud83e\ude99"#, count: length / 12))\""
        case .loneSurrogate: "\"\(String(repeating: #"\ud83e\ude99"#, count: length / 12))\\ud800\""
        case .digits: String(repeating: "9", count: length)
        case .exponents: list("1e999999999", length)
        case .blanks: String(repeating: " \n", count: length / 2) + "1" + String(repeating: "\t", count: 10)
        case .accents: members(length) { "\"a\(String(repeating: "\u{301}", count: 60))\($0)\":0" }
        case .invalidUTF8: "\"" + String(repeating: "é", count: length / 2)
        case .controlAtTheEnd: "\"" + String(repeating: "x", count: length) + "\t\""
        case .manyObjects: list("{\"a\":{}}", length)
        case .literals: list("null", length)
        }
    }

    private func list(_ item: String, _ length: Int) -> String {
        "[\(Array(repeating: item, count: length / (item.utf8.count + 1)).joined(separator: ","))]"
    }

    private func members(_ length: Int, _ member: (Int) -> String) -> String {
        let size = member(10_000).utf8.count + 1
        return "{\((0..<length / size).map(member).joined(separator: ","))}"
    }
}
