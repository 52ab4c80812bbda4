/// A pattern in JavaScript's syntax with the flag `i`, ready to be matched against texts with JavaScript's answers.
///
/// Compiling costs time in proportion to the length, some microseconds for each character class. A value may be used by all threads.
///
/// - Important: RE2 matches whatever it can express, in linear time. What looks around or refers back goes to PCRE2, with a limit for
///   its steps: then a match may throw `PatternLimit`, and that is not a "no".
package struct JavaScriptPattern: Sendable {
    /// Longer ones are refused.
    package static let mostUnits = 10_000

    enum Program: Sendable {
        /// With the text in RE2's syntax, for sets.
        case re2(RE2Program, String)
        case pcre2(PCREProgram)
    }

    package let source: String
    let program: Program

    /// Throws `PatternFault`.
    package init(_ source: String) throws(PatternFault) {
        guard source.utf16.count <= Self.mostUnits else {
            throw PatternFault(.tooLarge, "The pattern is longer than \(Self.mostUnits) characters", at: Self.mostUnits)
        }
        self.source = source
        var parser = try PatternParser(source)
        program = try Self.compile(try parser.whole())
    }

    private static func compile(_ node: PatternNode) throws(PatternFault) -> Program {
        let needsBacktracking = node.needsBacktracking
        if needsBacktracking { try ReferenceCheck.check(node) }
        do throws(EngineRefusal) {
            guard needsBacktracking else {
                let text = PatternWriter.text(of: node, for: .re2)
                return .re2(try RE2Program(text), text)
            }
            return .pcre2(try PCREProgram(PatternWriter.text(of: node, for: .pcre2)))
        } catch {
            throw PatternFault(.tooLarge, "The pattern is too large: \(error.reason)", at: 0)
        }
    }

    /// Whether one pass with others of its kind may decide it.
    package var isLinear: Bool { if case .re2 = program { true } else { false } }

    package func matches(_ text: PatternText) throws(PatternLimit) -> Bool {
        guard !text.isEmpty else { return false }
        return switch program {
        case .re2(let program, _): program.matches(text)
        case .pcre2(let program): try program.matches(text)
        }
    }

    /// Whether it matches texts that have nothing in common, and so is no rule for anything.
    package var matchesEverything: Bool {
        Self.strangers.allSatisfy { text in (try? matches(text)) ?? false }
    }

    private static let strangers = ["7", "xq", "\u{4E00}\u{4E01}", "--- ---"].map { PatternText($0) }
}
