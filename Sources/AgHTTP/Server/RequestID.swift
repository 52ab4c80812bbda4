import AgBase
import Synchronization

/// The id that follows a request through logs and answers.
enum RequestID {
    /// Tells this process's requests from another's; with the hyphen behind it.
    private static let process: [UInt8] = {
        let number = UInt64.random(in: 0..<1 << 48)
        return (0..<12).map { digit(of: number, 11 - $0) } + [UInt8(ascii: "-")]
    }()
    private static let count = Atomic<UInt64>(0)

    /// A new id, such as `5f2a90c1b7de-00002a`. Not a UUID: random bits for each request would cost a system call each.
    static func make() -> String {
        let number = count.add(1, ordering: .relaxed).newValue
        let width = max(6, (64 - number.leadingZeroBitCount + 3) / 4)
        return unsafe String(unsafeUninitializedCapacity: process.count + width) { room in
            _ = unsafe room.update(fromContentsOf: process)
            for place in 0..<width {
                unsafe room[process.count + place] = digit(of: number, width - 1 - place)
            }
            return process.count + width
        }
    }

    /// The client's `X-Request-Id` when it is 1 to 128 harmless characters, otherwise a new one.
    static func choose(_ headers: HTTPHeaders) -> String {
        guard let given = headers.first(.requestID), isSane(given) else { return make() }
        return given
    }

    static func isSane(_ text: String) -> Bool {
        1...128 ~= text.utf8.count && text.utf8.allSatisfy { PercentEncoding.isUnreserved($0) || $0 == 0x3A }
    }

    /// By hand: formatting numbers as text costs more than all the rest of an id.
    private static func digit(of value: UInt64, _ place: Int) -> UInt8 {
        Hex.digit(UInt8(truncatingIfNeeded: value >> (4 * UInt64(place))) & 15)
    }
}
