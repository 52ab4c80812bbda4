import AgBase
import Testing

@Suite("The settings file")
struct SettingsFileTests {
    @Test("Every form of a line is read as docs/formats/settings.md says")
    func forms() throws {
        let file = try SettingsFile(
            """
            # a comment
               # another

            host = 127.0.0.1
              port=8080   # behind a value
            tag = a#b
            empty =
            none = # nothing
            quoted = "  two blanks # and no comment  " # comment
            escaped = "say \\"hi\\" \\\\"
            equation = a = b
            """)
        #expect(file.entries.map(\.key) == ["host", "port", "tag", "empty", "none", "quoted", "escaped", "equation"])
        #expect(
            file.entries.map(\.value) == [
                "127.0.0.1", "8080", "a#b", "", "", "  two blanks # and no comment  ", "say \"hi\" \\", "a = b",
            ])
        #expect(file.entries.map(\.line) == [4, 5, 6, 7, 8, 9, 10, 11])
    }

    @Test("Lines may end as on Windows, and the last one with nothing")
    func lineEnds() throws {
        let file = try SettingsFile("a = 1\r\nb = 2\r\n\r\nc = \"3\"")
        #expect(file.entries.map(\.value) == ["1", "2", "3"])
        #expect(try SettingsFile("").entries.isEmpty)
    }

    @Test(
        "A faulty line is named",
        arguments: [
            ("host", "Line 1 has no '='"), ("= 1", "Line 1 has the key ''"), ("Host = 1", "Line 1 has the key 'Host'"),
            ("a b = 1", "Line 1 has the key 'a b'"),
            ("a = 1\n\na = 2", "Line 3 sets 'a' again: it stands already in line 1"),
            ("a = \"b", "Line 1 has a quote that is never closed"),
            ("a = \"b\" c", "Line 1 has text behind the closing quote"),
            ("a = \"\\n\"", "Line 1 has a backslash that escapes neither"),
        ])
    func faults(_ text: String, _ start: String) throws {
        let problem = #expect(throws: SettingsProblem.self) { try SettingsFile(text) }
        #expect(problem?.sentences.count == 1)
        #expect(problem?.sentences.first?.hasPrefix(start) == true, "\(problem?.sentences ?? [])")
    }

    @Test("All faults are told at once")
    func allFaults() {
        let problem = #expect(throws: SettingsProblem.self) { try SettingsFile("x\ngood = 1\ny") }
        #expect(problem?.sentences.count == 2)
    }

    @Test("Whatever the bytes, it answers and does not trap")
    func anything() {
        var random = Xorshift(seed: 42)
        let alphabet: [UInt8] = Array("ab=#\"\\ \n\r\t-\u{0}é𝄞".utf8)
        for _ in 0..<5_000 {
            let bytes = (0..<Int.random(in: 0..<40, using: &random)).map { _ in alphabet.randomElement(using: &random)!
            }
            let text = String(decoding: bytes, as: UTF8.self)
            guard let file = try? SettingsFile(text) else { continue }
            #expect(file.entries.allSatisfy { !$0.key.isEmpty && !$0.key.contains("=") })
        }
    }
}

/// The same numbers in every run.
struct Xorshift: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
