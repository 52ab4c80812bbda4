/// Reads a pattern as JavaScript does that has the flag `i` and no other: ECMA-262, section 22.2.1, with the older syntax of annex B.
///
/// The time is in proportion to the length, but for the sets of characters.
struct PatternParser {
    /// Levels of groups; the stack grows with them.
    private static let mostDepth = 100

    let units: [UInt16]
    var place = 0
    /// What the pattern has all in all, found before it is read: an escape may refer to a group behind it.
    let groups: GroupNames
    private var groupCount = 0
    private var depth = 0

    init(_ source: String) throws(PatternFault) {
        units = Array(source.utf16)
        groups = try GroupNames(units)
    }

    mutating func whole() throws(PatternFault) -> PatternNode {
        let node = try choice()
        guard place == units.count else { throw fault("Unmatched ')'") }
        return node
    }

    // MARK: Alternatives and terms

    private mutating func choice() throws(PatternFault) -> PatternNode {
        var alternatives = [try sequence()]
        while take("|") { alternatives.append(try sequence()) }
        return alternatives.count == 1 ? alternatives[0] : .choice(alternatives)
    }

    private mutating func sequence() throws(PatternFault) -> PatternNode {
        var nodes: [PatternNode] = []
        while place < units.count, !isNext("|"), !isNext(")") { nodes.append(try term()) }
        switch nodes.count {
        case 0: return .empty
        case 1: return nodes[0]
        default: return .sequence(nodes)
        }
    }

    private mutating func term() throws(PatternFault) -> PatternNode {
        let start = place
        let (node, isRepeatable) = try atom()
        guard let repetition = try repetition() else { return node }
        guard isRepeatable else { throw fault("Nothing to repeat", at: start) }
        return .repeated(node, repetition)
    }

    private mutating func atom() throws(PatternFault) -> (PatternNode, isRepeatable: Bool) {
        let unit = units[place]
        switch Unicode.Scalar(unit) {
        case "^": return (assertion(.start), false)
        case "$": return (assertion(.end), false)
        case "(": return try group()
        case ".":
            place += 1
            return (.unit(CodeUnitSet.lineEnds.complement), true)
        case "[": return (.unit(try characterClass()), true)
        case "\\": return try escape()
        case "*", "+", "?": throw fault("Nothing to repeat")
        case "{" where bounds(at: place) != nil: throw fault("Nothing to repeat")
        default:
            place += 1
            return (.unit(CaseFolding.canonical(CodeUnitSet(unit))), true)
        }
    }

    private mutating func assertion(_ assertion: PatternNode.Assertion) -> PatternNode {
        place += 1
        return .assertion(assertion)
    }

    // MARK: Groups

    private mutating func group() throws(PatternFault) -> (PatternNode, isRepeatable: Bool) {
        let start = place
        place += 1
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.mostDepth else {
            throw PatternFault(.tooLarge, "Groups are nested deeper than \(Self.mostDepth)", at: start)
        }
        guard take("?") else { return (try capture(from: start), true) }
        if take(":") { return (try body(from: start), true) }
        if take("=") { return (try look(start, isBehind: false, isNegative: false), true) }
        if take("!") { return (try look(start, isBehind: false, isNegative: true), true) }
        guard take("<") else { throw fault("Invalid group", at: start) }
        if take("=") { return (try look(start, isBehind: true, isNegative: false), false) }
        if take("!") { return (try look(start, isBehind: true, isNegative: true), false) }
        _ = try GroupNames.name(in: units, at: &place)
        return (try capture(from: start), true)
    }

    private mutating func capture(from start: Int) throws(PatternFault) -> PatternNode {
        groupCount += 1
        let number = groupCount
        return .group(try body(from: start), number: number)
    }

    private mutating func look(_ start: Int, isBehind: Bool, isNegative: Bool) throws(PatternFault) -> PatternNode {
        .look(try body(from: start), .init(isBehind: isBehind, isNegative: isNegative, position: start))
    }

    private mutating func body(from start: Int) throws(PatternFault) -> PatternNode {
        let node = try choice()
        guard take(")") else { throw fault("Unterminated group", at: start) }
        return node
    }

    // MARK: Repetitions

    private mutating func repetition() throws(PatternFault) -> PatternNode.Repetition? {
        let start = place
        let (least, most): (Int, Int?)
        if take("*") {
            (least, most) = (0, nil)
        } else if take("+") {
            (least, most) = (1, nil)
        } else if take("?") {
            (least, most) = (0, 1)
        } else if isNext("{"), let bounds = bounds(at: place) {
            (least, most) = (bounds.least, bounds.most)
            place = bounds.end
        } else {
            return nil
        }
        if let most, most < least { throw fault("Numbers out of order in {} quantifier", at: start) }
        return .init(least: least, most: most, isLazy: take("?"))
    }

    /// `{n}`, `{n,}` or `{n,m}`; anything else in braces is plain text.
    private func bounds(at start: Int) -> (least: Int, most: Int?, end: Int)? {
        var index = start + 1
        guard let least = number(at: &index) else { return nil }
        var most: Int? = least
        if index < units.count, units[index] == 0x2C {
            index += 1
            most = number(at: &index)
        }
        guard index < units.count, units[index] == 0x7D else { return nil }
        return (least, most, index + 1)
    }

    /// Beyond a million one count is as good as another: no text is as long.
    private func number(at index: inout Int) -> Int? {
        let start = index
        var value = 0
        while index < units.count, 0x30...0x39 ~= units[index] {
            value = min(value * 10 + Int(units[index] - 0x30), 1_000_000)
            index += 1
        }
        return index == start ? nil : value
    }

    // MARK: Steps

    func isNext(_ scalar: Unicode.Scalar) -> Bool {
        place < units.count && UInt32(units[place]) == scalar.value
    }

    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard isNext(scalar) else { return false }
        place += 1
        return true
    }

    func fault(_ reason: String, at position: Int? = nil) -> PatternFault {
        PatternFault(reason, at: position ?? place)
    }
}

/// The capturing groups of a pattern.
struct GroupNames: Sendable {
    private(set) var count = 0
    private(set) var numbers: [String: Int] = [:]

    /// Counts the groups without reading the rest.
    init(_ units: [UInt16]) throws(PatternFault) {
        var place = 0
        var isInClass = false
        while place < units.count {
            let unit = units[place]
            place += 1
            switch Unicode.Scalar(unit) {
            case "\\": place += 1
            case "[": isInClass = true
            case "]": isInClass = false
            case "(" where !isInClass: try note(units, &place)
            default: break
            }
        }
    }

    private mutating func note(_ units: [UInt16], _ place: inout Int) throws(PatternFault) {
        let rest = units[place...].prefix(3)
        guard rest.first == 0x3F else {
            count += 1
            return
        }
        // `(?<` and neither `=` nor `!`
        guard rest.dropFirst().first == 0x3C, let next = rest.dropFirst(2).first, next != 0x3D, next != 0x21 else {
            return
        }
        count += 1
        let start = place - 1
        place += 2
        let name = try Self.name(in: units, at: &place)
        guard numbers.updateValue(count, forKey: name) == nil else {
            throw PatternFault("Duplicate capture group name", at: start)
        }
    }

    /// Behind `<`: a name and `>`.
    static func name(in units: [UInt16], at place: inout Int) throws(PatternFault) -> String {
        let start = place
        guard let end = units[start...].firstIndex(of: 0x3E),
            let name = String(validating: units[start..<end], as: UTF16.self), isIdentifier(name)
        else { throw PatternFault("Invalid capture group name", at: start) }
        place = end + 1
        return name
    }

    private static func isIdentifier(_ name: String) -> Bool {
        guard let first = name.unicodeScalars.first, first.properties.isIDStart || first == "$" || first == "_" else {
            return false
        }
        return name.unicodeScalars.allSatisfy {
            $0.properties.isIDContinue || $0 == "$" || $0 == "\u{200C}" || $0 == "\u{200D}"
        }
    }
}
