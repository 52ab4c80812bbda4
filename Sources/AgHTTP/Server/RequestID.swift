import Synchronization

/// The id that follows a request through logs and answers.
enum RequestID {
    /// Tells this process's requests from another's.
    private static let process = hex(UInt64.random(in: 0..<1 << 48), digits: 12)
    private static let count = Atomic<UInt64>(0)

    /// A new id, such as `5f2a90c1b7de-00002a`. Not a UUID: random bits for each request would cost a system call each.
    static func make() -> String {
        process + "-" + hex(count.add(1, ordering: .relaxed).newValue, digits: 6)
    }

    /// The client's `X-Request-Id` when it is 1 to 128 harmless characters, otherwise a new one.
    static func choose(_ headers: HTTPHeaders) -> String {
        guard let given = headers["x-request-id"], isSane(given) else { return make() }
        return given
    }

    static func isSane(_ text: String) -> Bool {
        1...128 ~= text.utf8.count && text.utf8.allSatisfy { PercentEncoding.isUnreserved($0) || $0 == 0x3A }
    }

    /// At least that many digits.
    private static func hex(_ value: UInt64, digits: Int) -> String {
        let text = String(value, radix: 16)
        return text.utf8.count >= digits ? text : String(repeating: "0", count: digits - text.utf8.count) + text
    }
}
