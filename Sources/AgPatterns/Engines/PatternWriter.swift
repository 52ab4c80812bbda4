internal import AgBase

/// Writes a tree in the syntax of an engine. Both read characters as `\x{…}` and know `\A`, `\z` and `\b` alike.
struct PatternWriter {
    enum Engine {
        case re2
        case pcre2
    }

    private let engine: Engine
    private var text = ""

    static func text(of node: PatternNode, for engine: Engine) -> String {
        var writer = PatternWriter(engine: engine)
        writer.write(node)
        return writer.text
    }

    private init(engine: Engine) {
        self.engine = engine
    }

    private mutating func write(_ node: PatternNode) {
        switch node {
        case .empty: text += "(?:)"
        case .unit(let set): write(set)
        case .sequence(let nodes): for node in nodes { write(node) }
        case .choice(let nodes): wrap("(?:") { writer in writer.writeAlternatives(nodes) }
        case .repeated(let node, let repetition):
            wrap("(?:") { writer in writer.write(node) }
            write(repetition)
        // RE2 has no use for what a group matched.
        case .group(let node, _): wrap(engine == .re2 ? "(?:" : "(") { writer in writer.write(node) }
        case .assertion(let assertion): write(assertion)
        case .look(let node, let look): write(node, look)
        case .reference(let number, _): text += "\\g{\(number)}"
        }
    }

    private mutating func wrap(_ opening: String, _ body: (inout PatternWriter) -> Void) {
        text += opening
        body(&self)
        text += ")"
    }

    private mutating func writeAlternatives(_ nodes: [PatternNode]) {
        for (index, node) in nodes.enumerated() {
            if index > 0 { text += "|" }
            write(node)
        }
    }

    private mutating func write(_ repetition: PatternNode.Repetition) {
        switch (repetition.least, repetition.most) {
        case (0, nil): text += "*"
        case (1, nil): text += "+"
        case (0, 1): text += "?"
        case (let least, nil): text += "{\(least),}"
        case (let least, let most?): text += least == most ? "{\(least)}" : "{\(least),\(most)}"
        }
        if repetition.isLazy, engine == .pcre2 { text += "?" }
    }

    private mutating func write(_ assertion: PatternNode.Assertion) {
        switch assertion {
        case .start: text += "\\A"
        case .end: text += "\\z"
        case .boundary: text += "\\b"
        case .noBoundary: text += "\\B"
        }
    }

    /// The alternatives of a look-behind may differ in length only when they stand right in it.
    private mutating func write(_ node: PatternNode, _ look: PatternNode.Look) {
        wrap("(?" + (look.isBehind ? "<" : "") + (look.isNegative ? "!" : "=")) { writer in
            if case .choice(let nodes) = node { writer.writeAlternatives(nodes) } else { writer.write(node) }
        }
    }

    // MARK: Characters

    private mutating func write(_ set: CodeUnitSet) {
        if let single = set.single { return write(single) }
        guard !set.ranges.isEmpty else {
            text += engine == .re2 ? "[^\\x{0}-\\x{10FFFF}]" : "(?!)"
            return
        }
        text += "["
        for range in set.ranges { write(range) }
        text += "]"
    }

    /// The halves of surrogate pairs have places of their own for RE2.
    private mutating func write(_ range: ClosedRange<UInt16>) {
        let halves: ClosedRange<UInt16> = 0xD800...0xDFFF
        guard engine == .re2, range.overlaps(halves) else { return writePair(range.lowerBound, range.upperBound) }
        let within = range.clamped(to: halves)
        if range.lowerBound < halves.lowerBound { writePair(range.lowerBound, halves.lowerBound - 1) }
        writePair(within.lowerBound, within.upperBound)
        if range.upperBound > halves.upperBound { writePair(halves.upperBound + 1, range.upperBound) }
    }

    private mutating func writePair(_ low: UInt16, _ high: UInt16) {
        write(low)
        guard low != high else { return }
        text += "-"
        write(high)
    }

    private mutating func write(_ unit: UInt16) {
        switch unit {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: text.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
        default:
            let point = engine == .re2 ? PatternBytes.codePoint(unit) : UInt32(unit)
            text += "\\x{" + String(point, radix: 16) + "}"
        }
    }
}
