import AgPatterns
import Testing

@Suite("A JavaScript pattern", .timeLimit(.minutes(1)))
struct PatternTests {
    struct Match: Sendable, CustomTestStringConvertible {
        let pattern: String
        let text: String
        let isMatch: Bool

        init(_ pattern: String, _ text: String, _ isMatch: Bool) {
            self.pattern = pattern
            self.text = text
            self.isMatch = isMatch
        }

        var testDescription: String { "/\(pattern)/i on \(text.debugDescription)" }
    }

    static let matches: [Match] = [
        Match("morgan", "1889 MORGAN dollar", true), Match("^morgan", "a morgan", false),
        Match("dollar$", "x dollar\n", true),
        Match("a$", "a\nb", false), Match("^$", "x", false),
        // The dot and line ends.
        Match("a.b", "a\u{2028}b", false), Match("a.b", "a\u{2029}b", false), Match("a.b", "a\nb", false),
        Match("a.b", "a\u{85}b", true), Match("a[^]b", "a\nb", true), Match("a[]b", "ab", false),
        // Case, without Unicode's.
        Match("k", "\u{212A}", false), Match("s", "\u{17F}", false), Match("é", "É", true), Match("[à-ö]", "Ä", true),
        Match("[^a]", "A", false), Match("ß", "SS", false), Match("ß", "\u{1E9E}", false), Match("µ", "Μ", true),
        Match("ı", "I", false), Match("\\u0131", "\u{131}", true), Match("[\\W]", "\u{17F}", true),
        // Words and blanks.
        Match("\\bé", "é", false), Match("\\w", "é", false), Match("\\d", "\u{661}", false),
        Match("a\\sb", "a\u{A0}b", true), Match("a\\sb", "a\u{FEFF}b", true), Match("a\\sb", "a\u{180E}b", false),
        Match("\\bag\\b", "Stage", false), Match("ag", "Stage", true),
        // Escapes without the flag u.
        Match("\\p{L}", "p{L}", true), Match("\\p{L}", "x", false), Match("\\u{3}", "uuu", true),
        Match("\\x4d", "m", true), Match("\\xzz", "xzz", true), Match("\\u004D", "m", true),
        Match("\\cM", "a\rb", true),
        Match("\\c", "\\c", true), Match("[\\c_]", "a\u{1F}b", true), Match("\\101", "a", true),
        Match("\\8", "8", true),
        Match("\\0", "x", false), Match("(a)\\1", "aA", true), Match("\\1(a)", "a", true),
        Match("\\2(a)", "a\u{2}a", true),
        Match("(?<n>a)\\k<n>", "aa", true), Match("\\k<n>", "k<n>", true), Match("(a)|b\\1", "b", true),
        // Braces and brackets that are text.
        Match("a{", "a{", true), Match("a{,3}", "a{,3}", true), Match("x]", "x]", true), Match("a{2}", "aa", true),
        Match("}", "}", true), Match("[a-\\d]", "-", true), Match("[\\d-x]", "-", true),
        Match("[\\b]", "a\u{8}b", true),
        // Looking around.
        Match("(?<=x)y", "xy", true), Match("(?<!x)y", "xy", false), Match("a(?=b)", "ab", true),
        Match("a(?!b)", "ab", false),
        Match("(?<=ab|c)d", "cd", true), Match("(?=a)*b", "b", true),
        // Halves of surrogate pairs are characters.
        Match("^.$", "\u{1F600}", false), Match("^..$", "\u{1F600}", true), Match("^[^x]{2}$", "\u{1F600}", true),
        Match("\u{1F600}", "a\u{1F600}", true), Match("\\ud83d", "\u{1F600}", true),
        Match("[\u{1F600}]", "\u{1F601}", true),
        // More repetitions than RE2 takes.
        Match("^a{2000}$", String(repeating: "a", count: 2_000), true),
        Match("^(a{50}){50}$", String(repeating: "a", count: 2_499), false),
        // Trimmed, and nothing matches nothing.
        Match("^a$", " \u{FEFF}a\u{3000}\n", true), Match(".*", "  ", false), Match("", "x", true),
    ]

    @Test("answers as JavaScript does", arguments: matches)
    func match(_ item: Match) throws {
        #expect(try JavaScriptPattern(item.pattern).matches(PatternText(item.text)) == item.isMatch)
    }

    @Test("and the engine in question says the same")
    func known() throws {
        let cases = Self.matches.map { JavaScript.Case(pattern: $0.pattern, names: [$0.text]) }
        let answers = try JavaScript.answers(cases)
        for (item, answer) in zip(Self.matches, answers) {
            #expect(answer == [item.isMatch], "\(item.testDescription)")
        }
    }

    @Test(
        "that is none is refused with the place",
        arguments: [
            ("(", 0), ("a)", 1), ("*a", 0), ("a**", 2), ("[z-a]", 1), ("[a", 0), ("a\\", 1), ("(?x)", 0), ("{1}", 0),
            ("a{3,2}", 1), ("(?<n>a)(?<n>b)", 7), ("(?<1>a)", 3), ("(?<n>a)\\k<m>", 7), ("(?<n>a)\\k", 7),
            ("(?<=a)*", 0),
            ("^*", 0), ("\\b+", 0), ("morgan|(", 7), ("é(", 1),
        ])
    func invalid(_ pattern: String, _ position: Int) throws {
        let fault = #expect(throws: PatternFault.self) { _ = try JavaScriptPattern(pattern) }
        #expect(fault?.kind == .invalid)
        #expect(fault?.position == position, "\(fault.debugDescription)")
        #expect(try JavaScript.answers([.init(pattern: pattern, names: [])]) == [nil])
    }

    @Test(
        "for which no engine at hand gives JavaScript's answer is refused, and not misread",
        arguments: [
            "(?<=a+)b", "(?:(a)|b)*\\1", "(?<=(a)\\1)b", "(?:(?=(a)))?\\1b", "(a)*\\1", "(?:\\1(a))+", "((a)|b)+\\2",
        ])
    func unsupported(_ pattern: String) throws {
        let fault = #expect(throws: PatternFault.self) { _ = try JavaScriptPattern(pattern) }
        #expect(fault?.kind == .unsupported)
        #expect(try JavaScript.answers([.init(pattern: pattern, names: [])]) == [[]])
    }

    @Test(
        "that refers back within one round is taken",
        arguments: [
            ("(?:(\\w)\\1)+$", "aabb", true), ("^(?:(\\w)\\1)+$", "aabc", false), ("(a)?b\\1", "b", true),
            ("^(?:(a)|(b))\\1\\2$", "aa", true),
        ])
    func inOneRound(_ pattern: String, _ text: String, _ isMatch: Bool) throws {
        #expect(try JavaScriptPattern(pattern).matches(PatternText(text)) == isMatch)
        #expect(try JavaScript.answers([.init(pattern: pattern, names: [text])]) == [[isMatch]])
    }

    @Test("that goes back without end in other engines is decided in linear time")
    func nested() throws {
        let pattern = try JavaScriptPattern("^(a+)+$")
        #expect(pattern.isLinear)
        let text = PatternText(String(repeating: "a", count: 9_999) + "b")
        let start = ContinuousClock.now
        for _ in 0..<20 { #expect(try !pattern.matches(text)) }
        #expect(ContinuousClock.now - start < .seconds(1))
    }

    @Test("that takes more steps than it may says so, and is never taken for a miss")
    func limit() throws {
        let pattern = try JavaScriptPattern("^(?=(a+)+$)a")
        #expect(throws: PatternLimit.self) {
            _ = try pattern.matches(PatternText(String(repeating: "a", count: 40) + "c"))
        }
        #expect(try pattern.matches(PatternText("xyz")) == false)
    }

    @Test(
        "that is too large is refused at once",
        arguments: [
            String(repeating: "a", count: 10_001), String(repeating: "(", count: 200),
            "(?:[a-z]{900}[0-9]{900}){1,1}x{900}y{900}(?:z{30}){30}é{900}",
            String(repeating: "(?:", count: 150) + String(repeating: ")", count: 150),
        ])
    func tooLarge(_ pattern: String) throws {
        let start = ContinuousClock.now
        do throws(PatternFault) {
            _ = try JavaScriptPattern(pattern)
        } catch {
            #expect(error.kind == .tooLarge)
        }
        #expect(ContinuousClock.now - start < .seconds(2))
    }

    @Test(
        "that matches everything is known as such",
        arguments: [(".*", true), ("", true), ("x*", true), ("morgan", false), ("\\d|x|-|.", true)])
    func everything(_ pattern: String, _ isEverything: Bool) throws {
        #expect(try JavaScriptPattern(pattern).matchesEverything == isEverything)
    }
}

@Suite("A list of patterns")
struct PatternListTests {
    private func list(_ patterns: String...) throws -> PatternList {
        PatternList(try patterns.map { try JavaScriptPattern($0) })
    }

    @Test("names those that match in their order, whichever engine decides them")
    func order() throws {
        let list = try list("eagle", "(?<=silver )eagle", "gold", "silver", "(?!x)e")
        #expect(try list.matches(PatternText("Silver Eagle")) == [0, 1, 3, 4])
        #expect(try list.matches(PatternText("Silver Eagle"), upTo: { $0 >= 1 }) == [0, 1])
        #expect(try list.matches(PatternText("Silver Eagle"), upTo: { _ in true }) == [0])
        #expect(try list.matches(PatternText("zzz")) == [])
        #expect(try list.matches(PatternText(" ")) == [])
        #expect(try PatternList([]).matches(PatternText("x")) == [])
    }

    @Test("asks no pattern behind the one that decides, and says which one could not be decided")
    func undecided() throws {
        let list = try list("first", "^(?=(a+)+$)a", "aaaa")
        let text = String(repeating: "a", count: 40)
        #expect(try list.matches(PatternText("first \(text)c"), upTo: { _ in true }) == [0])
        let error = #expect(throws: PatternList.Undecided.self) { _ = try list.matches(PatternText("\(text)c")) }
        #expect(error?.index == 1)
    }

    @Test("of a thousand answers like each of them alone")
    func many() throws {
        var numbers = SeededNumbers(seed: 3)
        let words = (0..<400).map { _ in String((0..<4).map { _ in "abcdefgh".randomElement(using: &numbers)! }) }
        let patterns = try (0..<1_000).map { index in
            try JavaScriptPattern(index % 3 == 0 ? "\\b\(words[index % 400])\\b" : words[(index * 7) % 400])
        }
        let list = PatternList(patterns)
        for _ in 0..<50 {
            let text = PatternText(words.shuffled(using: &numbers).prefix(5).joined(separator: " "))
            let alone = try patterns.indices.filter { try patterns[$0].matches(text) }
            #expect(try list.matches(text) == alone)
        }
    }
}

@Suite("Keywords")
struct KeywordTests {
    @Test(
        "become the pattern that StakTrakr makes of them",
        arguments: [
            ("morgan, peace; walking (lib)", "morgan|peace|walking \\(lib\\)"), ("a.b", "a\\.b"), (" ,; ", nil),
            ("", nil),
            ("$5, [x]|y", "\\$5|\\[x\\]\\|y"), ("a\\b", "a\\\\b"), ("two words", "two words"),
        ])
    func pattern(_ text: String, _ pattern: String?) {
        #expect(Keywords.pattern(text) == pattern)
    }

    @Test(
        "are found again in a pattern that is nothing but words",
        arguments: [
            ("morgan|peace", "morgan, peace"), ("walking \\(lib\\)", "walking (lib)"), ("a.b", nil), ("a|", nil),
            ("\\d", nil),
            ("a,b", nil), (" a", nil),
        ])
    func words(_ pattern: String, _ words: String?) {
        #expect(Keywords.words(of: pattern) == words)
    }
}
