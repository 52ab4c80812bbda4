import AgBase
import AgJobs
package import AgModel
import AgSQL

/// Photos of items, one for each side: ordinary images of the library that a side is linked to.
///
/// A side is written alone, so the other one stays whatever happens at the same time.
package struct ItemPhotos: Sendable {
    let database: any Database
    let events: EventLog
    let uploads: Uploads
    let time: any TimeSource

    /// Stores a picture and makes it the photo of a side, in one transaction. Throws `Fault` 404 when there is no such item; then
    /// nothing is stored.
    package func put(_ upload: AcceptedUpload, on uuid: ItemUUID, _ side: ItemSide) async throws -> UploadOutcome {
        let target = UploadTarget(completion: { [self] outcomes, tx in
            let image = outcomes[0].image
            let link = PhotoLink(image.id, byteCount: image.original.byteCount, cachedAt: time.now())
            try self.link(link, to: uuid, side, in: tx)
        })
        return try await uploads.store([upload], at: target)[0]
    }

    /// Makes an image that is there the photo of a side. Throws `Fault` 404.
    package func put(_ image: ImageID, on uuid: ItemUUID, _ side: ItemSide) async throws {
        try await database.write { [self] tx in
            try link(try PhotoLink.to(image, at: time.now(), in: tx), to: uuid, side, in: tx)
        }
    }

    /// Takes the photo of a side away; the image stays in the library. Throws `Fault` 404 `no-photo`.
    package func remove(from uuid: ItemUUID, _ side: ItemSide) async throws {
        try await database.write { [self] tx in
            guard try PhotoLink.remove(from: uuid, side, in: tx) else {
                throw Fault(.notFound, "no-photo", "The item has no photo of its own for its \(side.rawValue).")
            }
            events.append(.photos, uuid, nil, in: tx)
        }
    }

    private func link(_ link: PhotoLink, to uuid: ItemUUID, _ side: ItemSide, in tx: any SQLTransaction) throws {
        // Held, so that no deletion of the item leaves this photo behind.
        guard try ItemRow.hold(uuid, in: tx) != nil else { throw Items.unknown(uuid) }
        try link.put(on: uuid, side, in: tx)
        events.append(.photos, uuid, nil, in: tx)
    }
}

/// Photos of items, and those that undoing a promotion brings back.
struct PhotoUse: ImageUse {
    func users(of image: ImageID, limit: Int, in connection: any SQLConnection) throws -> [ImageUser] {
        let photos = try connection.all(
            "SELECT item_uuid, side FROM item_photos WHERE image_id = \(image) ORDER BY item_uuid, side LIMIT \(limit)"
        ) { row in
            let (uuid, side): (String, String) = (try row[0], try row[1])
            return ImageUser(EventSubject(.item, uuid), "the \(side) of the item \(uuid)")
        }
        let promoted = try connection.all(
            "SELECT rule_id, side FROM promoted_photos WHERE image_id = \(image) ORDER BY rule_id, side LIMIT \(limit)"
        ) { row in
            let (rule, side): (String, String) = (try row[0], try row[1])
            return ImageUser(
                EventSubject(.rule, rule), "the \(side) that undoing the promotion of the rule \(rule) brings back")
        }
        return Array((photos + promoted).prefix(limit))
    }

    func unlink(_ image: ImageID, at moment: Timestamp, _ events: EventLog, in tx: any SQLTransaction) throws {
        let items = try tx.all("DELETE FROM item_photos WHERE image_id = \(image) RETURNING item_uuid") {
            ItemUUID(trusted: try $0[0])
        }
        for uuid in Set(items) { events.append(.photos, uuid, nil, in: tx) }
        try tx.execute("DELETE FROM promoted_photos WHERE image_id = \(image)")
    }
}
