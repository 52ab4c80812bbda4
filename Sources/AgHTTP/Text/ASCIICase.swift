/// Comparing without regard to the case of ASCII letters, as names in HTTP are compared.
package enum ASCIICase {
    /// Of two whole strings: code for any kind of text would not be specialised for callers in other modules, and each request compares.
    package static func isEqual(_ a: String, _ b: String) -> Bool {
        a.utf8.count == b.utf8.count && zip(a.utf8, b.utf8).allSatisfy { $0 == $1 || lower($0) == lower($1) }
    }

    package static func isEqual(_ a: Substring, _ b: String) -> Bool {
        a.utf8.count == b.utf8.count && isEqual(String(a), b)
    }

    package static func lower(_ byte: UInt8) -> UInt8 {
        65...90 ~= byte ? byte | 0x20 : byte
    }

    package static func lowered(_ text: some StringProtocol) -> String {
        String(decoding: text.utf8.map(lower), as: UTF8.self)
    }
}
