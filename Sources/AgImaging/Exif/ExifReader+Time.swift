extension ExifReader {
    /// `2026:05:03 12:13:14` and `+02:00` to `2026-05-03T12:13:14+02:00`; `nil` for what is no time.
    static func instant(_ text: String?, zone: String?) -> String? {
        guard let bytes = text.map({ Array($0.utf8) }), bytes.count >= 19 else { return nil }
        let parts = bytes.prefix(19).split(omittingEmptySubsequences: false) { !(48...57 ~= $0) }
        guard parts.map(\.count) == [4, 2, 2, 2, 2, 2] else { return nil }
        let numbers = parts.map { $0.reduce(0) { $0 * 10 + Int($1 - 48) } }
        guard numbers[0] > 0, 1...12 ~= numbers[1], 1...31 ~= numbers[2], numbers[3] < 24, numbers[4] < 60,
            numbers[5] < 61
        else { return nil }
        let digits = parts.map { String(decoding: $0, as: UTF8.self) }
        return "\(digits[0])-\(digits[1])-\(digits[2])T\(digits[3]):\(digits[4]):\(digits[5])" + offset(zone)
    }

    /// An offset only in the form that EXIF demands; anything else is dropped.
    private static func offset(_ zone: String?) -> String {
        guard let zone, zone == "Z" || zone.utf8.count == 6 else { return "" }
        let isOffset = zone.utf8.enumerated().allSatisfy { index, byte in
            switch index {
            case 0: byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
            case 3: byte == UInt8(ascii: ":")
            default: 48...57 ~= byte
            }
        }
        return isOffset || zone == "Z" ? zone : ""
    }
}
