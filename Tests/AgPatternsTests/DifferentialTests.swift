import AgPatterns
import Testing

/// Patterns and names of every kind, and a real JavaScript engine to say what is right.
@Suite("Generated patterns", .timeLimit(.minutes(2)))
struct DifferentialTests {
    @Test("are taken, refused and matched as JavaScript does", arguments: [1, 2, 3, 4] as [UInt64])
    func same(seed: UInt64) throws {
        var maker = PatternMaker(seed: seed)
        let cases = (0..<500).map { _ in maker.item() }
        var taken = 0
        for (item, wanted) in zip(cases, try JavaScript.answers(cases)) {
            guard let pattern = try compile(item.pattern, isPattern: wanted != nil), let wanted else { continue }
            taken += 1
            for (name, isMatch) in zip(item.names, wanted) {
                guard let found = try? pattern.matches(PatternText(name)) else { continue }
                #expect(found == isMatch, "/\(item.pattern.debugDescription)/i on \(name.debugDescription)")
            }
        }
        #expect(taken > 250, "most of them are patterns")
    }

    /// `nil` for one that is refused, as it should be.
    private func compile(_ text: String, isPattern: Bool) throws -> JavaScriptPattern? {
        do throws(PatternFault) {
            let pattern = try JavaScriptPattern(text)
            #expect(isPattern, "\(text.debugDescription) is no pattern in JavaScript")
            return isPattern ? pattern : nil
        } catch {
            if error.kind == .invalid { #expect(!isPattern, "\(text.debugDescription): \(error)") }
            return nil
        }
    }
}

/// Writes patterns and names that have something to do with each other.
private struct PatternMaker {
    private var numbers: SeededNumbers
    private static let letters = [
        "a", "b", "A", "B", "s", "k", "\u{17F}", "\u{212A}", "é", "É", "ß", "µ", "Μ", "ı", "İ", "ǆ", "ǅ", "σ", "ς", "1",
        "0", "_", "-", " ",
        "\u{A0}", "\u{2028}", "\n", "\u{1F600}", "ω", "Ω", "\u{2126}", "ÿ", "Ÿ", "ﬁ", "\u{FEFF}", "\u{345}", "ι", "Ꭰ",
        "ꭰ",
    ]
    private static let escapes = [
        "\\d", "\\D", "\\w", "\\W", "\\s", "\\S", "\\b", "\\B", "\\n", "\\t", "\\x41", "\\u0041", "\\u00e9", "\\u{2}",
        "\\p{L}", "\\1",
        "\\2", "\\07", "\\cA", "\\c", "\\-", "\\.", "\\k", "\\x4", "\\ud83d", "\\0", "\\9",
    ]
    private static let members =
        letters + [
            "\\d", "\\w", "\\W", "\\s", "\\S", "\\b", "\\-", "a-z", "A-F", "à-ö", "0-9", "\\x41-\\x5a",
            "\\u0370-\\u03ff", "\\d-x", "\\1", "^", "\\cA",
            "\\c_",
        ]

    init(seed: UInt64) {
        numbers = SeededNumbers(seed: seed)
    }

    mutating func item() -> JavaScript.Case {
        JavaScript.Case(pattern: pattern(depth: 3), names: (0..<8).map { _ in name() })
    }

    private mutating func name() -> String {
        (0..<Int.random(in: 0...6, using: &numbers)).map { _ in pick(Self.letters) }.joined()
    }

    private mutating func pick(_ list: [String]) -> String { list.randomElement(using: &numbers) ?? "" }

    private mutating func pattern(depth: Int) -> String {
        (0..<Int.random(in: 1...2, using: &numbers)).map { _ in sequence(depth: depth) }.joined(separator: "|")
    }

    private mutating func sequence(depth: Int) -> String {
        (0..<Int.random(in: 0...3, using: &numbers)).map { _ in atom(depth: depth) + quantifier() }.joined()
    }

    private mutating func atom(depth: Int) -> String {
        switch Int.random(in: 0..<20, using: &numbers) {
        case 0..<7: pick(Self.letters)
        case 7..<10: pick(Self.escapes)
        case 10..<12: characterClass()
        case 12: "."
        case 13: pick(["^", "$", "^", "$", "{", "}", "]", "{1", "{,2}", ")", "("])
        case _ where depth == 0: pick(Self.letters)
        default:
            pick(["(", "(?:", "(?=", "(?!", "(?<=", "(?<!", "(?<n>", "(", "(?:"]) + pattern(depth: depth - 1) + ")"
        }
    }

    private mutating func characterClass() -> String {
        let members = (0..<Int.random(in: 0...3, using: &numbers)).map { _ in pick(Self.members) }.joined()
        return "[" + pick(["", "^", ""]) + members + "]"
    }

    private mutating func quantifier() -> String {
        Int.random(in: 0..<3, using: &numbers) == 0
            ? pick(["*", "+", "?", "{2}", "{0,1}", "{1,}", "*?", "??", "{2,1}", "{0}"]) : ""
    }
}
