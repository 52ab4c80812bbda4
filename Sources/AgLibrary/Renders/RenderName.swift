import AgBase
import AgCrypto
import AgImaging
import AgModel

/// A render's file in the cache: whose it is, and what it is. Format: docs/formats/renders.md.
struct RenderName: Sendable, Hashable {
    let original: OriginalID
    let key: SHA256Digest

    private static let ending = ".render"

    init(_ wish: RenderWish, of original: Original) {
        self.original = original.id
        // No generation: other bytes under the same image are another original.
        let pieces = ["argentum-render-1", original.sha256.hex, wish.signature, Codecs.recipeVersion]
        key = .of(pieces.joined(separator: "\n"))
    }

    /// Reads a file's name; `nil` for what we did not write.
    init?(_ text: String) {
        let pieces = text.dropLast(text.hasSuffix(Self.ending) ? Self.ending.count : 0).split(separator: "_")
        guard pieces.count == 2, let original = OriginalID(untrusted: pieces[0]),
            let key = SHA256Digest(hex: pieces[1])
        else { return nil }
        self.original = original
        self.key = key
        guard self.text == text else { return nil }
    }

    var text: String { "\(original)_\(key)\(Self.ending)" }

    /// The last two digits of an id are random: at most 256 folders.
    var folder: String { String(original.text.suffix(2)) }

    /// Below the cache's folder.
    var path: String { "\(folder)/\(text)" }
}
