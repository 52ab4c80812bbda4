import AgBase
import AgModel
import AgSQL

/// That an image is an item's photo for one side, with what exchange formats carry beside it.
struct PhotoLink: Sendable, Equatable {
    let image: ImageID
    let sharedImageID: String?
    let byteCount: Int64
    let cachedAt: Timestamp

    init(_ image: ImageID, sharedImageID: String? = nil, byteCount: Int64, cachedAt: Timestamp) {
        self.image = image
        self.sharedImageID = sharedImageID
        self.byteCount = byteCount
        self.cachedAt = cachedAt
    }

    init(_ row: Row) throws {
        image = ImageID(trusted: try row["image_id"])
        sharedImageID = try row["shared_image_id"]
        byteCount = try row["byte_count"]
        cachedAt = try row["cached_at"]
    }

    /// Of an image that is in the library. Throws `Fault` 404 `no-such-image`.
    static func to(
        _ id: ImageID, at moment: Timestamp, sharedImageID: String? = nil, in tx: any SQLTransaction
    ) throws -> PhotoLink {
        let image = try Images.hold(id, in: tx)
        return PhotoLink(
            id, sharedImageID: sharedImageID, byteCount: image.original.byteCount, cachedAt: moment)
    }

    /// What may be shown: no byte is no picture.
    var placed: PlacedPicture<ImageID> { byteCount > 0 ? .picture(image) : .empty }

    // MARK: Photos of an item

    static func photos(of uuid: ItemUUID, in connection: any SQLConnection) throws -> Sides<PhotoLink?> {
        try sides(
            "SELECT side, image_id, shared_image_id, byte_count, cached_at FROM item_photos WHERE item_uuid = \(uuid.text)",
            in: connection)
    }

    /// One statement for one side: a concurrent write of the other side changes another row.
    func put(on uuid: ItemUUID, _ side: ItemSide, in tx: any SQLTransaction) throws {
        try tx.execute(
            """
            INSERT INTO item_photos (item_uuid, side, image_id, shared_image_id, byte_count, cached_at)
            VALUES (\(uuid.text), \(side.rawValue), \(image), \(sharedImageID), \(byteCount), \(cachedAt))
            ON CONFLICT (item_uuid, side) DO UPDATE SET image_id = excluded.image_id,
                shared_image_id = excluded.shared_image_id, byte_count = excluded.byte_count, cached_at = excluded.cached_at
            """)
    }

    /// False when there was none.
    static func remove(from uuid: ItemUUID, _ side: ItemSide, in tx: any SQLTransaction) throws -> Bool {
        try tx.execute("DELETE FROM item_photos WHERE item_uuid = \(uuid.text) AND side = \(side.rawValue)") > 0
    }

    static func sides(_ query: SQL, in connection: any SQLConnection) throws -> Sides<PhotoLink?> {
        var sides = Sides<PhotoLink?>(both: nil)
        for (side, link) in try connection.all(query, { (try ItemSide(stored: $0["side"]), try PhotoLink($0)) }) {
            sides[side] = link
        }
        return sides
    }
}

extension ItemSide {
    /// Reads what a row says. Throws `SQLError` when a newer program wrote it.
    init(stored text: String) throws {
        guard let side = ItemSide(rawValue: text) else {
            throw SQLError(.mismatch, "'\(text)' is no side that this program knows.")
        }
        self = side
    }
}
