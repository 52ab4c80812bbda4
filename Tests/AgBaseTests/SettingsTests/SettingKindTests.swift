import AgBase
import Testing

@Suite("The kinds of settings")
struct SettingKindTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let kind: SettingKind
        let text: String
        let value: SettingValue?

        var testDescription: String { "\(kind) '\(text)'" }

        init(_ kind: SettingKind, _ text: String, _ value: SettingValue?) {
            self.kind = kind
            self.text = text
            self.value = value
        }
    }

    static let bytes = SettingKind.bytes(1...(1 << 40))
    static let time = SettingKind.duration(.seconds(1)...(.seconds(86_400)))

    static let cases: [Case] = [
        Case(.text, "a b", .text("a b")), Case(.text, "", nil), Case(.text, "a\u{0}b", nil), Case(.text, "a\nb", nil),
        Case(.int(1...10), "7", .int(7)), Case(.int(1...10), "11", nil), Case(.int(1...10), "0", nil),
        Case(.int(1...10), "7.0", nil), Case(.int(1...10), "", nil), Case(.int(-5...5), "-5", .int(-5)),
        Case(bytes, "1048576", .bytes(1_048_576)), Case(bytes, "512 KB", .bytes(524_288)),
        Case(bytes, "1G", .bytes(1 << 30)), Case(bytes, "2mib", .bytes(2 << 20)), Case(bytes, "1.5M", nil),
        Case(bytes, "0", nil), Case(bytes, "-1", nil), Case(bytes, "10 XB", nil), Case(bytes, "MB", nil),
        Case(bytes, "9999999999999999999", nil), Case(bytes, "9223372036854775807T", nil), Case(bytes, "٣", nil),
        Case(time, "20s", .duration(.seconds(20))), Case(time, "5m", .duration(.seconds(300))),
        Case(time, "2h", .duration(.seconds(7_200))), Case(time, "1d", .duration(.seconds(86_400))),
        Case(time, "1500ms", .duration(.milliseconds(1_500))), Case(time, "20", nil), Case(time, "2d", nil),
        Case(time, "999ms", nil), Case(time, "9223372036854775807d", nil), Case(time, "s", nil),
        Case(.bool, "true", .bool(true)), Case(.bool, "ON", .bool(true)), Case(.bool, "0", .bool(false)),
        Case(.bool, "no", .bool(false)), Case(.bool, "maybe", nil), Case(.bool, "", nil),
        Case(.choice(["text", "json"]), "json", .text("json")), Case(.choice(["text", "json"]), "JSON", nil),
        Case(.list, "a, b ,,c", .list(["a", "b", "c"])), Case(.list, "", .list([])),
        Case(.url, "https://pictures.example/silver/", .text("https://pictures.example/silver")),
        Case(.url, "http://127.0.0.1:8080", .text("http://127.0.0.1:8080")), Case(.url, "pictures.example", nil),
        Case(.url, "http://", nil), Case(.url, "http:///x", nil), Case(.url, "http://a/?q", nil),
        Case(.url, "http://a/#x", nil), Case(.url, "http://a b", nil), Case(.url, "ftp://a", nil),
    ]

    @Test("A text is read as its kind, or refused", arguments: cases)
    func read(_ item: Case) {
        #expect((try? item.kind.read(item.text)) == item.value)
    }

    @Test(
        "A refusal says what would be right",
        arguments: [
            (SettingKind.int(1...10), "11", "must be between 1 and 10, not 11"),
            (.int(1...10), "x", "must be a whole number, not 'x'"),
            (.choice(["text", "json"]), "jsn", "must be one of text, json, not 'jsn'; did you mean 'json'?"),
            (.bytes(1_024...(1 << 20)), "2 MB", "must be between 1.0 KB and 1.0 MB, not '2 MB'"),
            (.duration(.seconds(1)...(.seconds(60))), "2m", "must be between 1s and 1m, not '2m'"),
        ])
    func complaint(_ kind: SettingKind, _ text: String, _ complaint: String) {
        #expect(throws: SettingComplaint(complaint)) { try kind.read(text) }
    }

    @Test(
        "A duration is written in the largest unit that loses nothing",
        arguments: [
            (90_000, "90s"), (60_000, "1m"), (86_400_000, "1d"), (1_500, "1500ms"), (0, "0ms"), (7_200_000, "2h"),
        ])
    func durationText(_ milliseconds: Int, _ text: String) {
        #expect(Duration.milliseconds(milliseconds).settingText == text)
    }
}
