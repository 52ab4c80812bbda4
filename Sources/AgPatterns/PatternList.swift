/// Patterns in an order, of which the first that matches counts.
///
/// All that are linear are decided by one pass of one RE2 set, so their number does not count; the others are tried one by one, and
/// only as far as the order asks for.
package final class PatternList: Sendable {
    private let patterns: [JavaScriptPattern]
    /// Places in the order, by number in the set.
    private let linear: [Int]
    /// Places of the others.
    private let others: [Int]
    private let set: RE2Set?

    package init(_ patterns: [JavaScriptPattern]) {
        self.patterns = patterns
        linear = patterns.indices.filter { patterns[$0].isLinear }
        others = patterns.indices.filter { !patterns[$0].isLinear }
        // Too large for a set, they are matched one by one: slower, with the same answers.
        set = linear.isEmpty ? nil : RE2Set(linear.compactMap { patterns[$0].linearText })
    }

    /// Why the matching could not come to an answer.
    package struct Undecided: Error, Sendable, Equatable {
        /// The pattern's place in the order.
        package let index: Int
        package let limit: PatternLimit
    }

    /// The places of the patterns that match, ascending, up to and with the first for which `isLast` holds.
    ///
    /// Throws `Undecided` when a pattern within these takes more steps than it may.
    package func matches(
        _ text: PatternText, upTo isLast: (Int) -> Bool = { _ in false }
    ) throws(Undecided) -> [Int] {
        guard !text.isEmpty else { return [] }
        var found: [Int] = []
        var rest = others[...]
        for place in linearMatches(text) {
            while let other = rest.first, other < place {
                rest.removeFirst()
                if try isMatch(other, text) {
                    found.append(other)
                    if isLast(other) { return found }
                }
            }
            found.append(place)
            if isLast(place) { return found }
        }
        for other in rest where try isMatch(other, text) {
            found.append(other)
            if isLast(other) { return found }
        }
        return found
    }

    private func linearMatches(_ text: PatternText) -> [Int] {
        if let numbers = set?.matches(text) { return numbers.map { linear[$0] } }
        return linear.filter { (try? patterns[$0].matches(text)) ?? false }
    }

    private func isMatch(_ index: Int, _ text: PatternText) throws(Undecided) -> Bool {
        do {
            return try patterns[index].matches(text)
        } catch {
            throw Undecided(index: index, limit: error)
        }
    }
}

extension JavaScriptPattern {
    fileprivate var linearText: String? { if case .re2(_, let text) = program { text } else { nil } }
}
