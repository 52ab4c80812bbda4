import AgBase

/// What an event is about: a kind of things, and one of them.
package struct EventSubject: Sendable, Hashable, CustomStringConvertible {
    /// A kind of things that events are about. Each subject of the product names its own.
    package struct Kind: RawRepresentable, Sendable, Hashable {
        /// Kebab-case, at most 12 characters.
        package let rawValue: String

        package init(rawValue: String) {
            self.rawValue = rawValue
        }

        package init(_ name: String) {
            rawValue = name
        }

        /// A picture that clients name.
        package static let image = Kind("image")
    }

    package let kind: Kind
    package let id: String

    package init(_ kind: Kind, _ id: String) {
        self.kind = kind
        self.id = id
    }

    package static func image(_ id: ImageID) -> EventSubject { EventSubject(.image, id.text) }

    /// Reads `KIND:ID` from outside; `nil` for anything else.
    package init?(untrusted text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, 1...12 ~= parts[0].utf8.count, 1...128 ~= parts[1].utf8.count,
            parts[0].utf8.allSatisfy({ 97...122 ~= $0 || $0 == UInt8(ascii: "-") }),
            parts[1].unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7F })
        else { return nil }
        self.init(Kind(String(parts[0])), String(parts[1]))
    }

    /// `KIND:ID`.
    package var description: String { "\(kind.rawValue):\(id)" }
}
