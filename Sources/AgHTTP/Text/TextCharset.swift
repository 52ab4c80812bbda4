/// A character set in which a file's name may be given: those that clients use and that need no tables.
enum TextCharset {
    case utf8
    case latin1
    case ascii

    /// `nil` for any other; case does not matter (RFC 2978).
    init?(_ name: some StringProtocol) {
        switch ASCIICase.lowered(name) {
        case "utf-8", "utf8": self = .utf8
        case "iso-8859-1", "iso8859-1", "iso_8859-1", "latin1": self = .latin1
        case "us-ascii", "ascii": self = .ascii
        default: return nil
        }
    }

    /// `nil` for bytes that are no text of this set.
    func text(of bytes: [UInt8]) -> String? {
        switch self {
        case .utf8: String(validating: bytes, as: UTF8.self)
        case .latin1: String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
        case .ascii: bytes.allSatisfy { $0 < 0x80 } ? String(decoding: bytes, as: UTF8.self) : nil
        }
    }
}
