@testable import AgImaging

/// Writes numbers of any width, the highest bit first.
struct HeaderBits {
    private var bits: [Bool] = []

    mutating func put(_ value: Int, _ count: Int) {
        for place in (0..<count).reversed() { bits.append(value >> place & 1 == 1) }
    }

    mutating func put(_ flag: Bool) { bits.append(flag) }

    /// `ue(v)` of H.265, `uvlc()` of AV1.
    mutating func exponential(_ values: Int...) {
        for value in values {
            let digits = Int.bitWidth - (value + 1).leadingZeroBitCount
            put(0, digits - 1)
            put(value + 1, digits)
        }
    }

    /// With a one behind the last bit, as both have it.
    var bytes: [UInt8] {
        let all = bits + [true]
        return stride(from: 0, to: all.count, by: 8).map { start in
            (0..<8).reduce(0) { $0 << 1 | (start + $1 < all.count && all[start + $1] ? 1 : 0) }
        }
    }
}

/// Sequence headers of AV1 as a test wants them.
struct AV1Stream {
    var width = 64
    var height = 64
    var colors: (primaries: Int, transfer: Int)?
    /// The short form of still pictures. Without it everything else is there that a header can have.
    var isReduced = true
    /// The size of a frame that is not of the sequence's.
    var frame: (width: Int, height: Int)?

    var bytes: [UInt8] { [0x12, 0] + unit(1, sequence) + (frame == nil ? [] : unit(6, shownFrame)) }

    private func unit(_ kind: Int, _ body: [UInt8]) -> [UInt8] {
        [UInt8(kind << 3 | 2), UInt8(body.count & 127 | 128), UInt8(body.count >> 7)] + body
    }

    private var sequence: [UInt8] {
        var bits = HeaderBits()
        bits.put(1, 3)
        bits.put(true)
        bits.put(isReduced)
        if isReduced { bits.put(8, 5) } else { putOperatingPoints(&bits) }
        for side in [14, 13] { bits.put(side, 4) }
        bits.put(width - 1, 15)
        bits.put(height - 1, 14)
        if !isReduced {
            bits.put(true)
            bits.put(0x5A, 7)
        }
        bits.put(5, 3)
        if !isReduced { putTools(&bits) }
        bits.put(3, 3)
        // 8 bits, profile 1.
        bits.put(false)
        bits.put(colors != nil)
        if let colors { for number in [colors.primaries, colors.transfer, 6] { bits.put(number, 8) } }
        bits.put(7, 3)
        return bits.bytes
    }

    private func putOperatingPoints(_ bits: inout HeaderBits) {
        bits.put(true)
        bits.put(1_000, 32)
        bits.put(25_000, 32)
        bits.put(true)
        bits.exponential(4)
        bits.put(true)
        bits.put(9, 5)
        bits.put(77, 32)
        bits.put(0x1FF, 10)
        bits.put(true)
        bits.put(1, 5)
        for level in [5, 9] {
            bits.put(0x101, 12)
            bits.put(level, 5)
            if level > 7 { bits.put(true) }
            bits.put(true)
            bits.put(0, 21)
            bits.put(true)
            bits.put(3, 4)
        }
    }

    private func putTools(_ bits: inout HeaderBits) {
        bits.put(0, 4)
        bits.put(true)
        bits.put(3, 2)
        bits.put(true)
        bits.put(false)
        bits.put(true)
        bits.put(6, 3)
    }

    /// A key frame that is shown; of a header with everything.
    private var shownFrame: [UInt8] {
        var bits = HeaderBits()
        bits.put(false)
        bits.put(0, 2)
        bits.put(true)
        bits.put(false)
        bits.put(true)
        // The frame's number, in as many bits as 0x5A stands for.
        bits.put(0, 16)
        bits.put(true)
        bits.put(0, 7)
        bits.put(true)
        bits.put(0, 32)
        bits.put((frame?.width ?? 1) - 1, 15)
        bits.put((frame?.height ?? 1) - 1, 14)
        return bits.bytes + [UInt8](repeating: 0, count: 8)
    }
}

/// Sequence parameter sets of H.265 as a test wants them.
struct HEVCStream {
    var width = 64
    var height = 64
    var colors: (primaries: Int, transfer: Int)?
    /// With sublayers, scaling lists, sets of references, and whatever else stands before the colours.
    var hasEverything = false

    /// The set as an item's bytes have it, behind its length.
    var bytes: [UInt8] { Bomb.big(unit.count) + unit }

    /// The set as an `hvcC` box has it.
    var configuration: [UInt8] {
        [1] + [UInt8](repeating: 0, count: 20) + [3, 1, 0x80 | 33, 0, 1] + Bomb.big(unit.count, 2) + unit
    }

    private var unit: [UInt8] {
        var bits = HeaderBits()
        bits.put(0, 4)
        bits.put(hasEverything ? 2 : 0, 3)
        bits.put(true)
        putProfile(&bits)
        bits.exponential(0)
        bits.exponential(hasEverything ? 3 : 1)
        if hasEverything { bits.put(false) }
        bits.exponential(width, height)
        bits.put(hasEverything)
        if hasEverything { bits.exponential(0, width - 16, 0, height - 16) }
        bits.exponential(0, 0, 4)
        putLayers(&bits)
        bits.exponential(0, 3, 0, 3, 1, 1)
        putLists(&bits)
        bits.put(2, 2)
        bits.put(hasEverything)
        if hasEverything {
            bits.put(0x77, 8)
            bits.exponential(0, 2)
            bits.put(true)
        }
        putReferences(&bits)
        bits.put(3, 2)
        putUsability(&bits)
        return [66, 1] + escaped(bits.bytes)
    }

    private func putProfile(_ bits: inout HeaderBits) {
        bits.put(0x0360_0000, 32)
        bits.put(0, 32)
        bits.put(0, 32)
        guard hasEverything else { return }
        bits.put(0b1101, 4)
        bits.put(0, 12)
        for width in [88, 8, 8] { bits.put(0, width) }
    }

    private func putLayers(_ bits: inout HeaderBits) {
        bits.put(hasEverything)
        for _ in 0..<(hasEverything ? 3 : 1) { bits.exponential(4, 2, 5) }
    }

    private func putLists(_ bits: inout HeaderBits) {
        bits.put(hasEverything)
        guard hasEverything else { return }
        bits.put(true)
        for size in 0..<4 {
            for list in stride(from: 0, to: 6, by: size == 3 ? 3 : 1) {
                bits.put(list > 0)
                guard list > 0 else {
                    bits.exponential(0)
                    continue
                }
                if size > 1 { bits.exponential(16) }
                for _ in 0..<min(64, 16 << (2 * size)) { bits.exponential(list) }
            }
        }
    }

    /// Two pictures; then a set by what differs from it; then long ones.
    private func putReferences(_ bits: inout HeaderBits) {
        bits.exponential(hasEverything ? 3 : 0)
        if hasEverything {
            bits.exponential(1, 1)
            for _ in 0..<2 {
                bits.exponential(0)
                bits.put(true)
            }
            for kept in [[true, false, true], [true, true, true]] {
                bits.put(true)
                bits.put(false)
                bits.exponential(0)
                for isUsed in kept {
                    bits.put(isUsed)
                    if !isUsed { bits.put(false) }
                }
            }
        }
        bits.put(hasEverything)
        if hasEverything {
            bits.exponential(2)
            bits.put(0, 18)
        }
    }

    private func putUsability(_ bits: inout HeaderBits) {
        bits.put(colors != nil)
        guard let colors else { return }
        bits.put(hasEverything)
        if hasEverything {
            bits.put(255, 8)
            bits.put(0x0001_0001, 32)
        }
        bits.put(hasEverything)
        if hasEverything { bits.put(true) }
        bits.put(true)
        bits.put(0b1011, 4)
        bits.put(true)
        for number in [colors.primaries, colors.transfer, 6] { bits.put(number, 8) }
    }

    private func escaped(_ bytes: [UInt8]) -> [UInt8] {
        var made: [UInt8] = []
        var zeros = 0
        for byte in bytes {
            if zeros >= 2, byte <= 3 {
                made.append(3)
                zeros = 0
            }
            zeros = byte == 0 ? zeros + 1 : 0
            made.append(byte)
        }
        return made
    }
}
