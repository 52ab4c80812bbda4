/// Finds the places where PCRE2 would answer otherwise than JavaScript, so that such a pattern is refused and never misread:
///
/// - JavaScript forgets what groups have matched at each start of a repetition that they are in; PCRE2 keeps it. So a reference to a
///   group in a repetition is taken only behind that group, in the same round, where each round matches it anew.
/// - JavaScript matches a look-behind backwards, so that a reference within one may come before its group.
/// - PCRE2 10.42 needs to know how long a look-behind is.
struct ReferenceCheck {
    private struct Frame: Equatable {
        enum Kind {
            case repetition
            /// At most once, and perhaps not at all.
            case option
            case alternative
            case look
        }

        let kind: Kind
        let number: Int
    }

    private struct Place {
        /// From the outermost in.
        let frames: [Frame]
        let order: Int
    }

    private var frames: [Frame] = []
    private var isBehind = false
    private var count = 0
    private var groups: [Int: Place] = [:]
    private var references: [(group: Int, place: Place, position: Int)] = []

    static func check(_ node: PatternNode) throws(PatternFault) {
        var check = ReferenceCheck()
        try check.walk(node)
        for reference in check.references { try check.judge(reference) }
    }

    private mutating func walk(_ node: PatternNode) throws(PatternFault) {
        count += 1
        switch node {
        case .empty, .unit, .assertion: return
        case .sequence(let nodes): for node in nodes { try walk(node) }
        case .choice(let nodes): for node in nodes { try walk(node, in: .alternative) }
        case .repeated(let node, let repetition):
            try walk(node, in: repetition.most.map { $0 <= 1 } ?? false ? .option : .repetition)
        case .group(let node, let number):
            try walk(node)
            // Behind its body: within itself it has matched nothing yet.
            groups[number] = Place(frames: frames, order: count)
        case .look(let node, let look): try walk(node, look)
        case .reference(let group, let position):
            guard !isBehind else {
                throw PatternFault(.unsupported, "A back reference within a look-behind is not supported", at: position)
            }
            references.append((group, Place(frames: frames, order: count), position))
        }
    }

    private mutating func walk(_ node: PatternNode, in kind: Frame.Kind) throws(PatternFault) {
        count += 1
        frames.append(Frame(kind: kind, number: count))
        try walk(node)
        frames.removeLast()
    }

    private mutating func walk(_ node: PatternNode, _ look: PatternNode.Look) throws(PatternFault) {
        let wasBehind = isBehind
        isBehind = isBehind || look.isBehind
        defer { isBehind = wasBehind }
        if look.isBehind {
            let alternatives = if case .choice(let nodes) = node { nodes } else { [node] }
            guard alternatives.allSatisfy({ $0.width != nil }) else {
                throw PatternFault(
                    .unsupported, "A look-behind whose length is not fixed is not supported", at: look.position)
            }
        }
        try walk(node, in: .look)
    }

    private func judge(_ reference: (group: Int, place: Place, position: Int)) throws(PatternFault) {
        guard let group = groups[reference.group], !isRight(group, reference.place) else { return }
        throw PatternFault(
            .unsupported, "A back reference to a group that is repeated is not supported", at: reference.position)
    }

    /// Whether the group, when the reference is reached, holds the same in PCRE2 as in JavaScript.
    private func isRight(_ group: Place, _ reference: Place) -> Bool {
        let shared = zip(group.frames, reference.frames).prefix { $0 == $1 }.count
        let outer = group.frames.prefix(shared).map(\.kind)
        let inner = group.frames.dropFirst(shared).map(\.kind)
        if inner.contains(.repetition) { return false }
        // A round that matches nothing is taken back by JavaScript, with what a look in it has found.
        if inner.contains(.option), inner.contains(.look) { return false }
        guard outer.contains(.repetition) else { return true }
        // In one round: each that comes to the reference must have come past the group.
        return group.order < reference.order && inner.isEmpty
    }
}
