import AgBase
import Synchronization

/// The id that follows a request through logs and answers.
enum RequestID {
    /// Tells this process's requests from another's.
    private static let process = digits(of: UInt64.random(in: 0..<1 << 48), atLeast: 12)
    private static let count = Atomic<UInt64>(0)

    /// A new id, such as `5f2a90c1b7de-00002a`. Not a UUID: random bits for each request would cost a system call each.
    static func make() -> String {
        let number = count.add(1, ordering: .relaxed).newValue
        return String(decoding: process + [UInt8(ascii: "-")] + digits(of: number, atLeast: 6), as: UTF8.self)
    }

    /// The client's `X-Request-Id` when it is 1 to 128 harmless characters, otherwise a new one.
    static func choose(_ headers: HTTPHeaders) -> String {
        guard let given = headers["x-request-id"], isSane(given) else { return make() }
        return given
    }

    static func isSane(_ text: String) -> Bool {
        1...128 ~= text.utf8.count && text.utf8.allSatisfy { PercentEncoding.isUnreserved($0) || $0 == 0x3A }
    }

    /// Hexadecimal, as bytes: formatting numbers as text costs more than all the rest of an id.
    private static func digits(of value: UInt64, atLeast least: Int) -> [UInt8] {
        let count = max(least, (64 - value.leadingZeroBitCount + 3) / 4)
        return (0..<count).map { place in
            Hex.digit(UInt8(truncatingIfNeeded: value >> (4 * UInt64(count - 1 - place))) & 15)
        }
    }
}
