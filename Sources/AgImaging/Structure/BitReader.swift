/// Reads numbers of any width from bytes, the highest bit of each byte first, as video headers have them.
///
/// Behind the end it reads zeros and says so: a header is taken apart in one go, and is judged at its end.
struct BitReader {
    private let bytes: [UInt8]
    private var position = 0
    private(set) var isBeyondEnd = false

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// At most 32 bits.
    mutating func take(_ count: Int) -> Int {
        var value = 0
        for _ in 0..<count { value = value << 1 | bit() }
        return value
    }

    mutating func flag() -> Bool { bit() == 1 }

    mutating func skip(_ count: Int) {
        position += count
        if position > 8 * bytes.count { isBeyondEnd = true }
    }

    /// As many zeros as there are digits behind the one that follows them: `ue(v)` of ITU-T H.265 (section 9.2), and
    /// `uvlc()` of AV1 (section 4.10.3).
    mutating func exponential() -> Int {
        var zeros = 0
        while zeros < 32, !isBeyondEnd, bit() == 0 { zeros += 1 }
        return (1 << zeros) - 1 + take(zeros)
    }

    /// Several exponential numbers that do not matter.
    mutating func skipExponentials(_ count: Int) {
        for _ in 0..<count where !isBeyondEnd { _ = exponential() }
    }

    private mutating func bit() -> Int {
        guard position < 8 * bytes.count else {
            isBeyondEnd = true
            return 0
        }
        defer { position += 1 }
        return Int(bytes[position / 8] >> (7 - position % 8) & 1)
    }
}

/// What a video's own headers say of a picture, beside what the container says.
struct VideoHeader: Equatable {
    /// As decoded, before anything is cut off.
    var sides = PictureSides()
    /// `nil` where the stream does not describe its colours.
    var signal: ColorSignal?

    /// Of several headers the largest size is the one to be careful about, and the first colours count.
    mutating func add(_ other: VideoHeader) {
        sides.width = max(sides.width, other.sides.width)
        sides.height = max(sides.height, other.sides.height)
        signal = signal ?? other.signal
    }
}
