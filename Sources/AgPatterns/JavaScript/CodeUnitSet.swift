/// A set of UTF-16 code units, which are JavaScript's characters where a pattern has no flag `u`.
struct CodeUnitSet: Hashable, Sendable {
    /// Ascending, with gaps between them.
    let ranges: [ClosedRange<UInt16>]

    init(_ ranges: [ClosedRange<UInt16>]) {
        var merged: [ClosedRange<UInt16>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            guard let last = merged.last, Int(range.lowerBound) <= Int(last.upperBound) + 1 else {
                merged.append(range)
                continue
            }
            merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
        }
        self.ranges = merged
    }

    init(_ unit: UInt16) {
        ranges = [unit...unit]
    }

    static let all = CodeUnitSet([0...0xFFFF])
    static let none = CodeUnitSet([])

    var single: UInt16? {
        ranges.count == 1 && ranges[0].count == 1 ? ranges[0].lowerBound : nil
    }

    var complement: CodeUnitSet {
        var gaps: [ClosedRange<UInt16>] = []
        var next = 0
        for range in ranges {
            if next < Int(range.lowerBound) { gaps.append(UInt16(next)...(range.lowerBound - 1)) }
            next = Int(range.upperBound) + 1
        }
        if next <= 0xFFFF { gaps.append(UInt16(next)...0xFFFF) }
        return CodeUnitSet(gaps)
    }

    func union(_ other: CodeUnitSet) -> CodeUnitSet { CodeUnitSet(ranges + other.ranges) }

    func subtracting(_ other: CodeUnitSet) -> CodeUnitSet { complement.union(other).complement }

    func contains(_ unit: UInt16) -> Bool {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < unit { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].lowerBound <= unit
    }
}

// The classes of JavaScript (ECMA-262, sections 12.2, 12.3 and 22.2.2.9).
extension CodeUnitSet {
    static let digits = CodeUnitSet([0x30...0x39])
    static let words = CodeUnitSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    static let lineEnds = CodeUnitSet([0x0A...0x0A, 0x0D...0x0D, 0x2028...0x2029])
    static let blanks = CodeUnitSet([
        0x09...0x0D, 0x20...0x20, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029, 0x202F...0x202F,
        0x205F...0x205F, 0x3000...0x3000, 0xFEFF...0xFEFF,
    ])
}
