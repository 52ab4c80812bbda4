internal import AgBase

/// RFC 4648, section 4: with padding, as JSON of the wire has it.
enum Base64 {
    static func encode(_ bytes: some Collection<UInt8>) -> String {
        let digits = Base64URL.encode(bytes).utf8.map { digit -> UInt8 in
            switch digit {
            case UInt8(ascii: "-"): UInt8(ascii: "+")
            case UInt8(ascii: "_"): UInt8(ascii: "/")
            default: digit
            }
        }
        let padding = [UInt8](repeating: UInt8(ascii: "="), count: (4 - digits.count % 4) % 4)
        return String(decoding: digits + padding, as: UTF8.self)
    }

    /// `nil` for anything that `encode` does not write.
    static func decode(_ text: String) -> [UInt8]? {
        guard text.utf8.count.isMultiple(of: 4), !text.utf8.contains(where: { $0 == 0x2D || $0 == 0x5F }) else {
            return nil
        }
        let digits = String(text.prefix { $0 != "=" }).map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 }
        guard let bytes = Base64URL.decode(String(digits)), encode(bytes) == text else { return nil }
        return bytes
    }
}
