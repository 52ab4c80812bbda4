/// A validator of one representation: RFC 9110, section 8.8.3.
package struct EntityTag: Hashable, Sendable, CustomStringConvertible {
    /// Between the quotes.
    package let opaque: String
    package let isWeak: Bool

    package init(_ opaque: String, isWeak: Bool = false) {
        precondition(Self.isOpaque(opaque.utf8), "'\(opaque)' cannot be an entity tag")
        self.opaque = opaque
        self.isWeak = isWeak
    }

    /// Reads `"abc"` or `W/"abc"`.
    package init?(parsing text: some StringProtocol) {
        var rest = Substring(text)
        isWeak = rest.hasPrefix("W/")
        if isWeak { rest = rest.dropFirst(2) }
        guard rest.utf8.count >= 2, rest.utf8.first == 0x22, rest.utf8.last == 0x22 else { return nil }
        let inner = rest.utf8.dropFirst().dropLast()
        guard Self.isOpaque(inner) else { return nil }
        opaque = String(Substring(inner))
    }

    package var description: String { (isWeak ? "W/" : "") + "\"\(opaque)\"" }

    /// Byte for byte the same: what a range may be taken from.
    package func isStrongMatch(_ other: EntityTag) -> Bool { !isWeak && !other.isWeak && opaque == other.opaque }

    /// The same for a cache's purposes.
    package func isWeakMatch(_ other: EntityTag) -> Bool { opaque == other.opaque }

    private static func isOpaque(_ bytes: some Sequence<UInt8>) -> Bool {
        bytes.allSatisfy { $0 == 0x21 || 0x23...0x7E ~= $0 || $0 >= 0x80 }
    }
}
