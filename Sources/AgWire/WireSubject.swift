/// What is sealed: a picture, or one of its variants.
package struct WireSubject: Sendable, Hashable {
    package static let longestID = 256
    package static let longestVariant = 64

    /// As the client names it; an alias such as `coins:7f2k` too.
    package let id: String
    /// Such as `small.webp`; empty for the original.
    package let variant: String

    /// `nil` for an id that is empty, longer than 256 bytes, or holds an `@` or a control character, and for a variant of more than
    /// 64 bytes or of other characters than `a-z 0-9 . -`.
    package init?(id: String, variant: String = "") {
        guard 1...Self.longestID ~= id.utf8.count, variant.utf8.count <= Self.longestVariant,
            id.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "@") }),
            variant.utf8.allSatisfy(Self.isOfVariant)
        else { return nil }
        self.id = id
        self.variant = variant
    }

    /// The id of a record: `<id>`, or `<id>@<variant>`.
    package init?(recordID: String) {
        let parts = recordID.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 1 || parts.last?.isEmpty == false, let id = parts.first else { return nil }
        self.init(id: id, variant: parts.count == 2 ? parts[1] : "")
    }

    package var recordID: String { variant.isEmpty ? id : "\(id)@\(variant)" }

    /// Both names with their lengths, so that no two subjects have the same bytes.
    var bytes: [UInt8] {
        let (id, variant) = (Array(id.utf8), Array(variant.utf8))
        return LittleEndian.bytes(UInt16(id.count)) + id + LittleEndian.bytes(UInt16(variant.count)) + variant
    }

    private static func isOfVariant(_ byte: UInt8) -> Bool {
        0x61...0x7A ~= byte || 0x30...0x39 ~= byte || byte == 0x2E || byte == 0x2D
    }

    /// By bytes: ids that only look alike are two.
    package static func == (a: WireSubject, b: WireSubject) -> Bool {
        a.id.utf8.elementsEqual(b.id.utf8) && a.variant.utf8.elementsEqual(b.variant.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(bytes)
    }
}
