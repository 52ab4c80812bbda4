/// Where a blob lies, relative to its store: `images/2026/11/20/original/3f/018f….jpg`.
///
/// Only names that our own code builds become paths, and even those are checked: no empty, hidden or climbing piece.
package struct BlobPath: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    /// - Precondition: `text` is a sound path; our own code makes no other.
    package init(_ text: String) {
        precondition(Self.isSound(text), "'\(text)' is not a path inside the blob store.")
        self.text = text
    }

    /// Reads a path from a row or a listing; `nil` when it could leave the store.
    package init?(untrusted text: String) {
        guard Self.isSound(text) else { return nil }
        self.text = text
    }

    /// The folders above the file, outermost first: `images`, `images/2026`, …
    package var folders: [String] {
        let pieces = text.split(separator: "/").dropLast()
        return pieces.indices.map { pieces[...$0].joined(separator: "/") }
    }

    package var description: String { text }

    private static func isSound(_ text: String) -> Bool {
        guard text.utf8.count <= 512 else { return false }
        var isAtStart = true
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "/"), UInt8(ascii: "."):
                guard !isAtStart else { return false }
                isAtStart = byte == UInt8(ascii: "/")
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                isAtStart = false
            default: return false
            }
        }
        return !isAtStart
    }
}
