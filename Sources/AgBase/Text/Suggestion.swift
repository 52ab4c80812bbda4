/// Guesses what was meant: the known word with the fewest slips from the one given.
package enum Suggestion {
    /// None of our words is longer, and the cost of a comparison is the product of both lengths.
    package static let longestWord = 64

    /// The closest of `known` within a third of the word's length, or `nil`; always `nil` for a word that is longer
    /// than `longestWord` bytes.
    package static func closest(to word: String, in known: some Sequence<String>) -> String? {
        guard isShort(word) else { return nil }
        let limit = max(1, word.unicodeScalars.count / 3)
        return
            known
            .filter { isShort($0) && abs($0.unicodeScalars.count - word.unicodeScalars.count) <= limit }
            .map { (word: $0, slips: distance(word, $0)) }
            .filter { $0.slips <= limit }
            .min { $0.slips < $1.slips }?
            .word
    }

    private static func isShort(_ word: String) -> Bool { word.utf8.count <= longestWord }

    static func distance(_ a: String, _ b: String) -> Int { slips(Array(a.unicodeScalars), Array(b.unicodeScalars)) }

    /// Insertions, deletions, replacements and exchanges of neighbours that turn `a` into `b` (optimal string alignment).
    /// Takes as many steps as the product of their lengths.
    package static func slips<Letter: Equatable>(_ a: [Letter], _ b: [Letter]) -> Int {
        var before: [Int] = []
        var row = Array(0...b.count)
        for (i, letter) in a.enumerated() {
            var next = [i + 1]
            for (j, other) in b.enumerated() {
                var least = min(row[j] + (letter == other ? 0 : 1), row[j + 1] + 1, next[j] + 1)
                if i > 0, j > 0, letter == b[j - 1], a[i - 1] == other { least = min(least, before[j - 1] + 1) }
                next.append(least)
            }
            (before, row) = (row, next)
        }
        return row[b.count]
    }
}
