/// The number of a picture's state, which strictly grows with each change of it.
///
/// Milliseconds since 1970 where they have grown, so that it also tells when; otherwise one more than before. A clock that is set
/// back, and two changes in one millisecond, make no token twice.
package struct WireToken: Sendable, Hashable, Comparable {
    /// 2^53 - 1: what a client in JavaScript can hold.
    package static let highest: Int64 = 9_007_199_254_740_991

    package let number: Int64

    /// `nil` below 0 and above `highest`.
    package init?(_ number: some BinaryInteger) {
        guard let number = Int64(exactly: number), 0...Self.highest ~= number else { return nil }
        self.number = number
    }

    /// The text of the header `x-pixstore-token`: decimal digits. `nil` for anything else, which means: no token.
    package init?(header: String) {
        guard 1...16 ~= header.utf8.count, header.utf8.allSatisfy({ 48...57 ~= $0 }), let number = Int64(header) else {
            return nil
        }
        self.init(number)
    }

    /// The token of the next state.
    ///
    /// `nil` when there is none: after 2^53 - 1.
    package static func next(after last: WireToken?, milliseconds now: Int64) -> WireToken? {
        guard let last else { return WireToken(max(0, min(now, highest - 1))) }
        // A clock far in the future must not use up the numbers.
        let moment = now < highest / 2 ? now : 0
        return WireToken(max(last.number + 1, moment))
    }

    package static func < (a: WireToken, b: WireToken) -> Bool { a.number < b.number }

    /// 8 bytes, little-endian.
    package var bytes: [UInt8] { LittleEndian.bytes(UInt64(number)) }
}

/// Numbers of the wire.
enum LittleEndian {
    static func bytes<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        (0..<Number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> Number($0 * 8)) }
    }

    /// - Precondition: there are eight bytes from `offset` on.
    static func read(_ bytes: [UInt8], at offset: Int) -> UInt64 {
        (0..<8).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64($1 * 8) }
    }
}
