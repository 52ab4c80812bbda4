import AgBase
package import AgModel
import AgSQL
import AgWire

/// Another name of an image, by which it is fetched sealed: the ids that Pixstore's clients keep, such as `coins:mjuohsv701pftq5b`.
enum ImageAlias {
    /// The image that a name means. Throws `Fault` 404.
    static func image(named name: String, in connection: any SQLConnection) throws -> ImageID {
        if let id = ImageID(untrusted: name) { return id }
        let found: String? = try connection.value("SELECT image_id FROM image_aliases WHERE alias = \(name)")
        guard let found else { throw Fault(.notFound, "no-such-image", "There is no image '\(name.excerpt(80))'.") }
        return ImageID(trusted: found)
    }

    /// Throws `Fault` 422 `invalid-alias`.
    static func check(_ alias: String) throws(Fault) {
        let isPlain = WireSubject(id: alias) != nil && !alias.utf8.contains { "/\\".utf8.contains($0) }
        guard isPlain, alias != ".", alias != "..", ImageID(untrusted: alias) == nil else {
            throw Fault(
                .unprocessable, "invalid-alias",
                "An alias has 1 to \(WireSubject.longestID) bytes without control characters, '@', '/' and '\\', and is no "
                    + "UUID; '\(alias.excerpt(40))' is not one.")
        }
    }
}

extension Images {
    /// Gives an image its alias in the place of the one it had; `nil` takes it away.
    ///
    /// Throws `Fault`: 404 for an unknown image, 409 `alias-taken` when another one has it, 422 `invalid-alias`.
    package func setAlias(_ alias: String?, of id: ImageID) async throws {
        if let alias { try ImageAlias.check(alias) }
        try await database.write { tx in
            let image = try Images.hold(id, in: tx)
            try tx.execute("DELETE FROM image_aliases WHERE image_id = \(id)")
            if let alias { try Self.insert(alias, of: id, in: tx) }
            // What was fetched by the old name is not kept any longer.
            tx.notify(.changed(image.original.id))
        }
    }

    /// Of two images that ask for one alias at once, the statement decides.
    private static func insert(_ alias: String, of id: ImageID, in tx: any SQLTransaction) throws {
        let count = try tx.execute(
            "INSERT INTO image_aliases (alias, image_id) VALUES (\(alias), \(id)) ON CONFLICT (alias) DO NOTHING")
        guard count == 1 else {
            throw Fault(.conflict, "alias-taken", "The alias '\(alias.excerpt(80))' belongs to another image.")
        }
    }
}
