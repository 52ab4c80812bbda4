import AgPatterns

/// Patterns of strangers: a line with the pattern, and behind it a name.
package enum PatternsFuzz: FuzzTarget {
    package static let name = "patterns"

    package static func run(_ input: [UInt8]) throws {
        let text = String(decoding: input.prefix(4_096), as: UTF8.self)
        let pieces = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
        let source = String(pieces[0])
        let name = PatternText(pieces.count > 1 ? String(pieces[1]) : source)
        try checkKeywords(source)
        do {
            try checkList(try JavaScriptPattern(source), name)
        } catch let fault as PatternFault {
            try promise(0...source.utf16.count ~= fault.position, "\(fault) is nowhere in \(source)")
        }
    }

    /// One pattern answers alone as it does in a list.
    private static func checkList(_ pattern: JavaScriptPattern, _ name: PatternText) throws {
        guard let alone = try? pattern.matches(name), let listed = try? PatternList([pattern]).matches(name) else {
            return
        }
        try promise(alone == (listed == [0]), "\(pattern.source) answers in two ways")
    }

    /// Words are always a pattern, and are found again in it.
    private static func checkKeywords(_ text: String) throws {
        guard let pattern = Keywords.pattern(text) else { return }
        let words = Keywords.split(text)
        let again = Keywords.words(of: pattern).map { Keywords.split($0) }
        try promise(again == words, "\(text) became \(pattern)")
    }
}
