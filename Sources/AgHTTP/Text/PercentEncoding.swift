import AgBase

/// Percent-encoding of URL parts: RFC 3986, section 2.
package enum PercentEncoding {
    /// Escapes everything but unreserved characters, so that the result may stand as one path segment or query value.
    package static func encode(_ text: some StringProtocol) -> String {
        var out: [UInt8] = []
        for byte in text.utf8 {
            if isUnreserved(byte) {
                out.append(byte)
            } else {
                out.append(UInt8(ascii: "%"))
                out.append(upperDigit(byte >> 4))
                out.append(upperDigit(byte & 15))
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// The bytes behind the escapes as text; `nil` for a broken escape, bytes that are not UTF-8, or a NUL.
    package static func decode(_ text: some StringProtocol, plusIsSpace: Bool = false) -> String? {
        let needsWork = text.utf8.contains { $0 == 0x25 || $0 == 0 || (plusIsSpace && $0 == 0x2B) }
        guard needsWork else { return String(text) }
        let found = bytes(text.utf8) { plusIsSpace && $0 == 0x2B ? 0x20 : $0 }
        guard let found, !found.contains(0) else { return nil }
        return String(validating: found, as: UTF8.self)
    }

    static func bytes(_ text: some StringProtocol) -> [UInt8]? { bytes(text.utf8) }

    /// The bytes behind the escapes, each two hexadecimal digits behind `escape`, the others as `plain` has them; `nil`
    /// for a broken escape.
    static func bytes(
        _ text: some Sequence<UInt8>, escape: UInt8 = 0x25, plain: (UInt8) -> UInt8 = { $0 }
    ) -> [UInt8]? {
        var bytes: [UInt8] = []
        var rest = text.makeIterator()
        while let byte = rest.next() {
            guard byte == escape else {
                bytes.append(plain(byte))
                continue
            }
            guard let high = rest.next().flatMap(Hex.value), let low = rest.next().flatMap(Hex.value) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122, 0x2D, 0x2E, 0x5F, 0x7E: true
        default: false
        }
    }

    static func upperDigit(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 55 + value }
}
