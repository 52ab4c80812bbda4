/// How JavaScript compares characters under the flag `i` without `u`: by their upper-case forms, where that is one code unit,
/// and where it does not take a character into ASCII. So the Kelvin sign is no K, and the long s no S.
///
/// Source: ECMA-262, 22.2.2.7.3 Canonicalize.
enum CaseFolding {
    /// The canonical form of each code unit.
    private static let table: [UInt16] = (0...0xFFFF).map { computed(UInt16($0)) }

    /// The code units that are not their own canonical form.
    private static let folded: [UInt16] = (0...0xFFFF).map(UInt16.init).filter { table[Int($0)] != $0 }

    static func canonical(_ unit: UInt16) -> UInt16 {
        guard unit >= 0x80 else { return 0x61...0x7A ~= unit ? unit - 0x20 : unit }
        return table[Int(unit)]
    }

    private static func computed(_ unit: UInt16) -> UInt16 {
        // Half of a surrogate pair has no upper case.
        guard let scalar = Unicode.Scalar(unit) else { return unit }
        let upper = Array(scalar.properties.uppercaseMapping.utf16)
        guard upper.count == 1, unit < 0x80 || upper[0] >= 0x80 else { return unit }
        return upper[0]
    }

    /// What a canonical text may hold where the set allows a character. Of the two forms that mean the same on such a text, the
    /// shorter one: the canonical members alone, or everything that folds to one of them.
    static func canonical(_ set: CodeUnitSet) -> CodeUnitSet {
        if let single = set.single { return CodeUnitSet(canonical(single)) }
        let changed = changed(in: set)
        let canonical = set.subtracting(CodeUnitSet(changed.map { $0...$0 }))
            .union(CodeUnitSet(changed.map { self.canonical($0)...self.canonical($0) }))
        guard canonical.ranges.count > manyRanges else { return canonical }
        let closed = canonical.union(CodeUnitSet(folded.filter { canonical.contains(table[Int($0)]) }.map { $0...$0 }))
        return closed.ranges.count < canonical.ranges.count ? closed : canonical
    }

    private static let manyRanges = 8

    /// The members that are not their own canonical form; for sets of ASCII without the large table.
    private static func changed(in set: CodeUnitSet) -> [UInt16] {
        guard set.ranges.last.map({ $0.upperBound >= 0x80 }) ?? false else {
            return (0x61...0x7A).filter { set.contains($0) }
        }
        return set.ranges.flatMap { range in
            folded[place(of: range.lowerBound)..<place(of: range.upperBound, isBehind: true)]
        }
    }

    /// Where a code unit stands, or would stand, among those that are folded.
    private static func place(of unit: UInt16, isBehind: Bool = false) -> Int {
        var low = 0
        var high = folded.count
        while low < high {
            let middle = (low + high) / 2
            if folded[middle] < unit || (isBehind && folded[middle] == unit) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// A text in the form that compiled patterns are matched on: trimmed as JavaScript trims, every character in its canonical form.
package struct PatternText: Sendable, Hashable {
    /// For PCRE2.
    let units: [UInt16]
    /// For RE2: see `PatternBytes`.
    let bytes: [UInt8]

    package init(_ text: String) {
        let all = Array(text.utf16)
        let start = all.firstIndex { !CodeUnitSet.blanks.contains($0) } ?? all.count
        let end = all.lastIndex { !CodeUnitSet.blanks.contains($0) }.map { $0 + 1 } ?? start
        units = all[start..<end].map { CaseFolding.canonical($0) }
        bytes = PatternBytes.encode(units)
    }

    /// Nothing matches a text without characters.
    package var isEmpty: Bool { units.isEmpty }

    /// Longer texts are refused: the matching of a text costs time in proportion to its length, and memory too.
    package static let mostUnits = 16_384
}

/// Code units as RE2 gets them: each one a code point in UTF-8. Halves of surrogate pairs, which UTF-8 has no form for, lie in
/// plane 16, which no code unit is in otherwise.
enum PatternBytes {
    static func codePoint(_ unit: UInt16) -> UInt32 {
        0xD800...0xDFFF ~= unit ? 0x10_0000 + UInt32(unit) : UInt32(unit)
    }

    static func encode(_ units: [UInt16]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(units.count)
        for unit in units {
            switch unit {
            case 0..<0x80: bytes.append(UInt8(unit))
            case 0x80..<0x800: bytes += [0xC0 | UInt8(unit >> 6), 0x80 | UInt8(unit & 0x3F)]
            case 0xD800...0xDFFF:
                let point = codePoint(unit)
                bytes += [
                    0xF0 | UInt8(point >> 18), 0x80 | UInt8(point >> 12 & 0x3F), 0x80 | UInt8(point >> 6 & 0x3F),
                    0x80 | UInt8(point & 0x3F),
                ]
            default:
                bytes += [0xE0 | UInt8(unit >> 12), 0x80 | UInt8(unit >> 6 & 0x3F), 0x80 | UInt8(unit & 0x3F)]
            }
        }
        return bytes
    }
}
