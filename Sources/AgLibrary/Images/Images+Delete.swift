import AgBase
import AgJobs
package import AgModel
import AgSQL

extension Images {
    /// Takes an image away with its links, its pending jobs and, if no other image shows the same bytes, the original
    /// and all that was derived from it. The files follow within seconds. Throws `Fault` 404.
    package func delete(_ id: ImageID) async throws {
        let gone: OriginalID? = try await database.write { [self] tx in
            let image = try Images.require(id, in: tx)
            try queue.cancel(subject: id.text, in: tx)
            try tx.execute("DELETE FROM session_images WHERE image_id = \(id)")
            try tx.execute("DELETE FROM images WHERE id = \(id)")
            let isLast = try !tx.exists("SELECT 1 FROM images WHERE original_id = \(image.original.id)")
            if isLast { try deleteOriginal(image.original, in: tx) }
            tx.beforeAnswer { [deliveries] in deliveries.forget(image.original.id) }
            try events.append(.imageDeleted, image, in: tx)
            return isLast ? image.original.id : nil
        }
        // No request reaches them any more. If we die before this, the next start does it.
        if let gone { await renders.forget(gone) }
    }

    /// Takes an image out of one session and leaves it where it is. Throws `Fault` 404.
    package func unlink(_ id: ImageID, from session: String) async throws {
        try SessionName.check(session)
        try await database.write { [events] tx in
            let image = try Images.require(id, in: tx)
            let count = try tx.execute(
                "DELETE FROM session_images WHERE image_id = \(id) AND session_id = \(session)")
            guard count > 0 else {
                throw Fault(.notFound, "not-in-session", "The image \(id) is not in the session '\(session)'.")
            }
            try events.append(.imageUpdated, image, in: tx)
        }
    }

    /// Rows first, with a note of every file: a crash in between leaves notes, never rows without files.
    private func deleteOriginal(_ original: Original, in tx: any SQLTransaction) throws {
        let paths = try Variant.all(of: original.id, in: tx).compactMap(\.path) + [original.path]
        try removals.ask(paths, at: time.now(), in: tx)
        try tx.execute("DELETE FROM image_variants WHERE original_id = \(original.id)")
        try UnfinishedOriginals.remove(original.id, in: tx)
        try tx.execute("DELETE FROM image_metadata WHERE original_id = \(original.id)")
        try tx.execute("DELETE FROM originals WHERE id = \(original.id)")
    }
}
