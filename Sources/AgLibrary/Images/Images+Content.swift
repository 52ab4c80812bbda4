import AgBase
import AgModel
import AgSQL

extension Images {
    /// Lets an image show another original: its generation grows, and the keys that its pictures were sealed with are given up. The same
    /// original is another content too.
    ///
    /// The original that it showed goes as with a deletion when no other image shows it, and is returned then. Call this while both are
    /// held.
    func point(
        _ image: Image, at original: Original, in tx: any SQLTransaction
    ) throws -> (image: Image, gone: OriginalID?) {
        let left = image.original
        let isLast = try left.id != original.id && passOnJobs(of: image, in: tx)
        let pointed = Image(
            id: image.id, original: original, generation: image.generation + 1, filename: image.filename,
            uploadedAt: image.uploadedAt)
        try tx.execute(
            """
            UPDATE images SET original_id = \(original.id), generation = \(pointed.generation) WHERE id = \(image.id)
            """)
        try SealRow.forget(image.id, in: tx)
        if isLast { try deleteOriginal(left, in: tx) }
        for changed in Set([left.id, original.id]) { tx.notify(.changed(changed)) }
        events.append(.imageUpdated, pointed, in: tx)
        return (pointed, isLast ? left.id : nil)
    }
}
