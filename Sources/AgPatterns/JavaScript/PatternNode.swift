/// A pattern as a tree. Its sets of characters are in canonical form: matching needs no flag for case.
indirect enum PatternNode: Sendable {
    case empty
    case unit(CodeUnitSet)
    case sequence([PatternNode])
    case choice([PatternNode])
    case repeated(PatternNode, Repetition)
    /// A group that captures, by its number from 1.
    case group(PatternNode, number: Int)
    case assertion(Assertion)
    case look(PatternNode, Look)
    /// What the group of this number has matched; nothing at all where it has not.
    case reference(Int, position: Int)

    struct Repetition: Sendable {
        let least: Int
        /// `nil` without a limit.
        let most: Int?
        let isLazy: Bool
    }

    enum Assertion: Sendable {
        case start
        case end
        case boundary
        case noBoundary
    }

    struct Look: Sendable {
        let isBehind: Bool
        let isNegative: Bool
        let position: Int
    }
}

extension PatternNode {
    /// Whether RE2 has no form for it: what looks around, what refers back, and more repetitions than it takes.
    var needsBacktracking: Bool { needsBacktracking(repetitions: 1) }

    /// RE2's limit for repetitions within repetitions together.
    private static let mostRepetitions = 1_000

    private func needsBacktracking(repetitions: Int) -> Bool {
        switch self {
        case .empty, .unit, .assertion: return false
        case .sequence(let nodes), .choice(let nodes):
            return nodes.contains { $0.needsBacktracking(repetitions: repetitions) }
        case .group(let node, _): return node.needsBacktracking(repetitions: repetitions)
        case .repeated(let node, let repetition):
            let count = max(1, repetition.most ?? repetition.least, repetition.least)
            let (product, overflows) = repetitions.multipliedReportingOverflow(by: count)
            guard !overflows, product <= Self.mostRepetitions else { return true }
            return node.needsBacktracking(repetitions: product)
        case .look, .reference: return true
        }
    }

    /// How many characters it matches, where that is one number.
    var width: Int? {
        switch self {
        case .empty, .assertion, .look: 0
        case .unit: 1
        case .sequence(let nodes): nodes.reduce(0) { sum, node in sum.flatMap { sum in node.width.map { sum + $0 } } }
        case .choice(let nodes): Self.common(nodes.map(\.width))
        case .group(let node, _): node.width
        case .repeated(let node, let repetition):
            repetition.least == repetition.most ? node.width.map { $0 * min(repetition.least, 1 << 16) } : nil
        case .reference: nil
        }
    }

    private static func common(_ widths: [Int?]) -> Int? {
        guard let first = widths.first, widths.allSatisfy({ $0 == first }) else { return nil }
        return first
    }
}
