/// Guesses what was meant: the known word with the fewest slips from the one given.
package enum Suggestion {
    /// Nobody misspells a longer word of ours, and the cost of a comparison is the product of both lengths.
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

    /// Insertions, deletions and replacements of scalars that turn `a` into `b`. Takes as many steps as the product of
    /// their lengths.
    static func distance(_ a: String, _ b: String) -> Int {
        let target = Array(b.unicodeScalars)
        var row = Array(0...target.count)
        for (i, scalar) in a.unicodeScalars.enumerated() {
            var previous = row[0]
            row[0] = i + 1
            for (j, other) in target.enumerated() {
                let replaced = previous + (scalar == other ? 0 : 1)
                previous = row[j + 1]
                row[j + 1] = min(replaced, row[j] + 1, previous + 1)
            }
        }
        return row[target.count]
    }
}
