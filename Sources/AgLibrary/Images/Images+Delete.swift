import AgBase
import AgJobs
package import AgModel
import AgSQL

extension Images {
    /// Takes an image away with its links and, if no other image shows the same bytes, the original with its pending jobs
    /// and all that was derived from it. The files follow within seconds.
    ///
    /// Throws `Fault` 404, and 409 `in-use` when a subject's rows need the image, unless it is `forced`: then it is taken out
    /// of them in the same transaction.
    package func delete(_ id: ImageID, forced: Bool = false) async throws {
        let gone: OriginalID? = try await database.conclude { [self] tx in
            let image = try Images.hold(id, in: tx)
            try endUses(of: id, forced, in: tx)
            let isLast = try passOnJobs(of: image, in: tx)
            try tx.execute("DELETE FROM images WHERE id = \(id)")
            if isLast { try deleteOriginal(image.original, in: tx) }
            tx.notify(.changed(image.original.id))
            events.append(.imageDeleted, image, in: tx)
            return isLast ? image.original.id : nil
        }
        if let gone { await end(gone) }
    }

    /// So many of an image's users are named in a refusal.
    private static let namedUsers = 20

    private func endUses(of id: ImageID, _ isForced: Bool, in tx: any SQLTransaction) throws {
        let uses = parts.imageUses
        if isForced {
            for use in uses { try use.unlink(id, at: time.now(), events, in: tx) }
        } else {
            let users = try uses.flatMap { try $0.users(of: id, limit: Self.namedUsers, in: tx) }
            if !users.isEmpty { throw Self.inUse(id, Array(users.prefix(Self.namedUsers))) }
        }
    }

    private static func inUse(_ id: ImageID, _ users: [ImageUser]) -> Fault {
        let names = users.map(\.name).joined(separator: ", ")
        return Fault(
            .conflict, "in-use",
            "The image \(id) is in use by \(names). Take it out of there first, or delete it with force=1, which does both.",
            details: users.map {
                Fault.Detail(subject: "\($0.subject)", code: "in-use", detail: "\($0.name) uses the image.")
            })
    }

    /// Jobs belong to the original: they go on for the images that are left. Without any they are cancelled, which is
    /// announced while the image is still there to be named. Returns whether this image is the last.
    func passOnJobs(of image: Image, in tx: any SQLTransaction) throws -> Bool {
        let original = image.original.id
        let heir: ImageID? = try tx.value(
            "SELECT id FROM images WHERE original_id = \(original) AND id <> \(image.id) ORDER BY uploaded_at, id LIMIT 1"
        )
        if let heir {
            try queue.hand(subject: original.text, from: image.id.text, to: heir.text, in: tx)
        } else {
            try queue.cancel(subject: original.text, in: tx)
        }
        return heir == nil
    }

    /// Takes an image out of one session and leaves it where it is. Throws `Fault` 404.
    package func unlink(_ id: ImageID, from session: String) async throws {
        try SessionName.check(session)
        try await database.conclude { [events] tx in
            let image = try Images.require(id, in: tx)
            let count = try tx.execute(
                "DELETE FROM session_images WHERE image_id = \(id) AND session_id = \(session)")
            guard count > 0 else {
                throw Fault(
                    .notFound, "not-in-session", "The image \(id) is not in the session '\(session.excerpt())'.")
            }
            events.append(.imageUpdated, image, in: tx)
        }
    }

    /// Rows, with a note of every file: a crash in between leaves notes, never rows without files.
    func deleteOriginal(_ original: Original, in tx: any SQLTransaction) throws {
        let paths = try parts.blobs(of: original.id, in: tx) + [original.path]
        try removals.ask(paths, at: time.now(), in: tx)
        try original.delete(in: tx)
    }
}
