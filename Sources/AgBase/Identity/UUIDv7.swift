import Synchronization

/// Makes UUIDs of version 7: 48 bits of milliseconds, then random bits, so that ids sort by the time they were made.
///
/// Within one process they are strictly increasing, also when the clock steps back: a millisecond that
/// is not newer than the last one is replaced by the last one, and the 12 bits behind it count up.
/// Source: RFC 9562, section 5.7, method 1 of 6.2.
package final class UUIDv7: Sendable {
    private struct State {
        var millisecond: Int64 = 0
        var counter: UInt16 = 0
    }

    /// The one generator of this process; ids from two generators would not be ordered among themselves.
    package static let shared = UUIDv7()

    private let state = Mutex(State())
    private let time: any TimeSource

    package init(time: any TimeSource = SystemTime()) {
        self.time = time
    }

    /// The next id in canonical lower-case text, 36 characters.
    package func next() -> String {
        let (millisecond, counter) = state.withLock { advance(&$0) }
        let high = UInt64(bitPattern: millisecond) << 16 | 0x7000 | UInt64(counter)
        let low = UInt64.random(in: .min ... .max) & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        return canonical(high, low)
    }

    private func advance(_ state: inout State) -> (Int64, UInt16) {
        let now = time.now().milliseconds
        if now > state.millisecond {
            // Starting low leaves room to count within the millisecond.
            state = State(millisecond: now, counter: .random(in: 0..<0x400))
        } else if state.counter < 0xFFF {
            state.counter += 1
        } else {
            state = State(millisecond: state.millisecond + 1, counter: 0)
        }
        return (state.millisecond, state.counter)
    }

    private func canonical(_ high: UInt64, _ low: UInt64) -> String {
        let digits = Hex.encode(bigEndian(high) + bigEndian(low))
        var text = ""
        text.reserveCapacity(36)
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { text.append("-") }
            text.append(digit)
        }
        return text
    }

    private func bigEndian(_ value: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: value >> (56 - 8 * UInt64($0))) }
    }
}
