import AgBase

/// The id that follows a request through logs and answers.
enum RequestID {
    /// The client's `X-Request-Id` when it is 1 to 128 harmless characters, otherwise a new one.
    static func choose(_ headers: HTTPHeaders) -> String {
        guard let given = headers["x-request-id"], isSane(given) else { return UUIDv7.shared.next() }
        return given
    }

    static func isSane(_ text: String) -> Bool {
        1...128 ~= text.utf8.count && text.utf8.allSatisfy { PercentEncoding.isUnreserved($0) || $0 == 0x3A }
    }
}
