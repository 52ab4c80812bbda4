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

    private static let allowed = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.".utf8)

    private static func isSound(_ text: String) -> Bool {
        let pieces = text.split(separator: "/", omittingEmptySubsequences: false)
        return text.utf8.count <= 512
            && pieces.allSatisfy { piece in
                !piece.isEmpty && piece.first != "." && piece.utf8.allSatisfy { allowed.contains($0) }
            }
    }
}
