/// Guesses what was meant: the known word with the fewest slips from the one given.
package enum Suggestion {
    /// The closest of `known` within a third of the word's length, or `nil`.
    package static func closest(to word: String, in known: some Sequence<String>) -> String? {
        let limit = max(1, word.count / 3)
        return
            known
            .map { (word: $0, slips: distance(word, $0)) }
            .filter { $0.slips <= limit }
            .min { $0.slips < $1.slips }?
            .word
    }

    /// Insertions, deletions and replacements that turn `a` into `b`.
    package static func distance(_ a: String, _ b: String) -> Int {
        let target = Array(b)
        var row = Array(0...target.count)
        for (i, character) in a.enumerated() {
            var previous = row[0]
            row[0] = i + 1
            for (j, other) in target.enumerated() {
                let replaced = previous + (character == other ? 0 : 1)
                previous = row[j + 1]
                row[j + 1] = min(replaced, row[j] + 1, previous + 1)
            }
        }
        return row[target.count]
    }
}
