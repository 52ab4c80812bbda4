import AgBase
import AgCrypto
package import AgModel

/// A token as its holder has it: `agt_`, the id's 32 digits, `_`, and 256 random bits in base64url.
///
/// The prefix lets scanners of leaked secrets know it; the id lets the server find one row and compare one hash.
package struct TokenText: Sendable {
    package static let prefix = "agt_"
    /// Base64url digits of 32 bytes.
    private static let secretLength = 43

    package let id: TokenID
    package let text: String

    /// Reads a token from a stranger; `nil` when it cannot be one of ours.
    package init?(untrusted text: String) {
        let bytes = Array(text.utf8)
        let head = Array(Self.prefix.utf8)
        guard bytes.count == head.count + 33 + Self.secretLength, bytes.starts(with: head),
            bytes[head.count + 32] == UInt8(ascii: "_"),
            let id = Self.id(digits: bytes[head.count..<head.count + 32]),
            Base64URL.decode(String(decoding: bytes.suffix(Self.secretLength), as: UTF8.self))?.count == 32
        else { return nil }
        self.id = id
        self.text = text
    }

    /// A new secret for `id`.
    static func make(for id: TokenID) -> TokenText {
        let secret = Base64URL.encode(RandomBytes.make(32))
        let digits = id.text.utf8.filter { $0 != UInt8(ascii: "-") }
        return TokenText(id: id, text: "\(prefix)\(String(decoding: digits, as: UTF8.self))_\(secret)")
    }

    private init(id: TokenID, text: String) {
        self.id = id
        self.text = text
    }

    private static func id(digits: ArraySlice<UInt8>) -> TokenID? {
        let text = String(decoding: digits, as: UTF8.self)
        var parts: [Substring] = []
        var rest = text[...]
        for length in [8, 4, 4, 4, 12] {
            parts.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return TokenID(untrusted: parts.joined(separator: "-"))
    }
}
