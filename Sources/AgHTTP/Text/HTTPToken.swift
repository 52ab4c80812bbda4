/// The character classes of RFC 9110, section 5.6.
package enum HTTPToken {
    package static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122: true
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E...0x60, 0x7C, 0x7E: true
        default: false
        }
    }

    package static func isToken(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy(isTokenByte)
    }

    /// The same for a whole string, read where it lies.
    package static func isToken(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy(isTokenByte)
    }

    package static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    package static func isControl(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x7F }

    /// The text with every control character replaced by a space.
    package static func withoutControls(_ text: String) -> String {
        guard text.utf8.contains(where: isControl) else { return text }
        return String(decoding: text.utf8.map { isControl($0) ? 0x20 : $0 }, as: UTF8.self)
    }

    /// The text without spaces and tabs at its ends.
    package static func trimmed(_ text: some StringProtocol) -> Substring {
        var part = Substring(text)
        while let first = part.utf8.first, first == 0x20 || first == 0x09 { part = Substring(part.utf8.dropFirst()) }
        while let last = part.utf8.last, last == 0x20 || last == 0x09 { part = Substring(part.utf8.dropLast()) }
        return part
    }
}
