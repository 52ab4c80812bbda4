package import AgBase
package import AgModel
import AgSQL

/// All photos of one item, as exchange formats carry them. The item need not be there yet.
package struct PhotoRecord: Sendable, Equatable {
    package let uuid: ItemUUID
    package var images: Sides<ImageID?>
    package var sharedImageID: String?
    package var cachedAt: Timestamp
    /// In bytes, of both sides together.
    package var size: Int64

    /// - Parameter size: by the images' own, where it is not known.
    package init(
        uuid: ItemUUID, images: Sides<ImageID?>, sharedImageID: String? = nil, cachedAt: Timestamp, size: Int64 = 0
    ) {
        self.uuid = uuid
        self.images = images
        self.sharedImageID = sharedImageID
        self.cachedAt = cachedAt
        self.size = size
    }
}

extension ItemPhotos {
    /// Records behind a name, in the order of their names; `nil` for the first ones. Those without an item are among them.
    package func records(after uuid: ItemUUID? = nil, limit: Int) async throws -> [PhotoRecord] {
        try await database.read(.whole) { connection in
            let names = try connection.all(
                """
                SELECT DISTINCT item_uuid FROM item_photos WHERE item_uuid > \(uuid?.text ?? "")
                ORDER BY item_uuid LIMIT \(limit)
                """
            ) { ItemUUID(trusted: try $0[0]) }
            return try names.map { name in
                PhotoRecord(name, try PhotoLink.photos(of: name, in: connection))
            }
        }
    }

    /// Takes records in: the sides that a record has, become the item's; a side that it lacks stays as it is. Whether the item is
    /// there does not matter: its photos are found when it comes.
    ///
    /// Throws `Fault` 404 `no-such-image`; then nothing is kept.
    package func keep(_ records: [PhotoRecord]) async throws {
        try await database.write { [self] tx in
            for record in records {
                for side in ItemSide.allCases {
                    guard let image = record.images[side] else { continue }
                    let link = try PhotoLink.to(image, at: record.cachedAt, sharedImageID: record.sharedImageID, in: tx)
                    try link.put(on: record.uuid, side, in: tx)
                }
                events.append(.photos, record.uuid, nil, in: tx)
            }
        }
    }
}

extension PhotoRecord {
    fileprivate init(_ uuid: ItemUUID, _ links: Sides<PhotoLink?>) {
        let all = ItemSide.allCases.compactMap { links[$0] }
        self.init(
            uuid: uuid, images: links.map { $0?.image }, sharedImageID: all.lazy.compactMap(\.sharedImageID).first,
            cachedAt: all.map(\.cachedAt).max() ?? Timestamp(milliseconds: 0), size: all.reduce(0) { $0 + $1.byteCount }
        )
    }
}
