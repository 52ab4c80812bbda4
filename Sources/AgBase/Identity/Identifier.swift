/// The id of a row of one kind: a UUID in canonical lower-case text.
///
/// `Subject` is never made; it only keeps an image's id from being passed for a job's.
package struct Identifier<Subject>: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    /// An id that our own code or our own database wrote.
    package init(trusted text: String) {
        self.text = text
    }

    /// Reads an id from a stranger: a UUID in any case; `nil` when it cannot exist.
    package init?(untrusted text: some StringProtocol) {
        self.init(untrusted: String(text))
    }

    /// The same for a whole string, which is looked through once: each request names one.
    package init?(untrusted text: String) {
        guard text.utf8.count == 36 else { return nil }
        var index = 0
        var hasCapitals = false
        for byte in text.utf8 {
            let isPlaceOfDash = index == 8 || index == 13 || index == 18 || index == 23
            guard isPlaceOfDash ? byte == UInt8(ascii: "-") : Hex.value(byte) != nil else { return nil }
            if 65...90 ~= byte { hasCapitals = true }
            index += 1
        }
        self.text = hasCapitals ? text.lowercased() : text
    }

    /// A new id, later than all that this process made before.
    package static func make(_ generator: UUIDv7 = .shared) -> Identifier {
        Identifier(trusted: generator.next())
    }

    package var description: String { text }
}

extension Identifier: Codable {
    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let id = Identifier(untrusted: text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "'\(text)' is not a UUID."))
        }
        self = id
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
