import AgBase
import AgLibrary
import AgModel

/// Tokens, ids, hexadecimal and Base64url.
package enum CredentialsFuzz: FuzzTarget {
    package static let name = "credentials"

    package static func run(_ input: [UInt8]) throws {
        let text = String(decoding: input, as: UTF8.self)
        if let token = TokenText(untrusted: text) {
            try promise(isSame(token.text, text) && token.text.utf8.count == 80, "a token that is another")
        }
        if let id = ImageID(untrusted: text) {
            try promise(ImageID(untrusted: id.text) == id, "an id that is no id: \(id)")
            try promise(id.text.utf8.allSatisfy { $0 == 45 || Hex.value($0) != nil }, "an id of other digits: \(id)")
        }
        if let bytes = Base64URL.decode(text) {
            try promise(isSame(Base64URL.encode(bytes), text), "Base64url: \(text)")
        }
        if let bytes = Hex.decode(text) { try promise(Hex.encode(bytes) == text.lowercased(), "hexadecimal: \(text)") }
        try promise(Base64URL.decode(Base64URL.encode(input)) == input, "Base64url loses \(input)")
        try promise(Hex.decode(Hex.encode(input)) == input, "hexadecimal loses \(input)")
    }
}
