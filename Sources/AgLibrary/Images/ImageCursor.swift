package import AgBase
package import AgModel

/// A place in the list of pictures: behind this one. Opaque to clients.
package struct ImageCursor: Sendable, Equatable {
    package let uploadedAt: Timestamp
    package let id: ImageID

    package init(uploadedAt: Timestamp, id: ImageID) {
        self.uploadedAt = uploadedAt
        self.id = id
    }

    /// Reads what `text` wrote; `nil` for anything else.
    package init?(_ text: String) {
        guard text.utf8.count <= 128, let bytes = Base64URL.decode(text),
            let plain = String(validating: bytes, as: UTF8.self)
        else { return nil }
        let pieces = plain.split(separator: ".", omittingEmptySubsequences: false)
        guard pieces.count == 2, let milliseconds = Int64(pieces[0]), let id = ImageID(untrusted: pieces[1]) else {
            return nil
        }
        self.init(uploadedAt: Timestamp(milliseconds: milliseconds), id: id)
    }

    package var text: String { Base64URL.encode(Array("\(uploadedAt.milliseconds).\(id)".utf8)) }
}
