package import AgBase
package import AgModel
import AgSQL

/// What a client names: an id, and the original it shows.
package struct Image: Sendable {
    package let id: ImageID
    package let original: Original
    /// Grows when the image is pointed at other bytes; URLs carry it.
    package let generation: Int64
    package let filename: String?
    package let uploadedAt: Timestamp
}

extension Image {
    static let columns: SQL = "i.id AS image_id, i.generation, i.original_filename, i.uploaded_at, \(Original.columns)"
    static let tables: SQL = "images i JOIN originals o ON o.id = i.original_id"

    init(_ row: Row) throws {
        id = ImageID(trusted: try row["image_id"])
        original = try Original(row)
        generation = try row["generation"]
        filename = try row["original_filename"]
        uploadedAt = try row["uploaded_at"]
    }

    /// False when there is one with this id.
    func insert(in tx: any SQLTransaction) throws -> Bool {
        try tx.execute(
            """
            INSERT INTO images (id, original_id, generation, original_filename, uploaded_at)
            VALUES (\(id), \(original.id), \(generation), \(filename), \(uploadedAt))
            ON CONFLICT (id) DO NOTHING
            """) == 1
    }

    static func find(_ id: ImageID, in connection: any SQLConnection) throws -> Image? {
        try connection.first("SELECT \(columns) FROM \(tables) WHERE i.id = \(id)") { try Image($0) }
    }

    /// So many of one original's images hear of what happens to it. Clients that give ids of their own may make any
    /// number of images of the same bytes; the others see it when they ask.
    private static let audience = 256

    /// The images that show an original, newest first.
    static func ids(showing original: OriginalID, in connection: any SQLConnection) throws -> [ImageID] {
        try generations(showing: original, in: connection).map(\.id)
    }

    static func generations(
        showing original: OriginalID, in connection: any SQLConnection
    ) throws -> [(id: ImageID, generation: Int64)] {
        try connection.all(
            """
            SELECT id, generation FROM images WHERE original_id = \(original)
            ORDER BY uploaded_at DESC, id DESC LIMIT \(audience)
            """
        ) { (id: ImageID(trusted: try $0[0]), generation: try $0[1]) }
    }

    /// Of those that are there.
    static func generations(
        of ids: some Sequence<ImageID>, in connection: any SQLConnection
    ) throws -> [ImageID: Int64] {
        let rows = try connection.all("SELECT id, generation FROM images WHERE id IN \(list: ids)") {
            (ImageID(trusted: try $0[0]), try $0[1] as Int64)
        }
        return Dictionary(rows) { first, _ in first }
    }

    static func oldest(of original: OriginalID, in connection: any SQLConnection) throws -> Image? {
        try connection.first(
            """
            SELECT \(columns) FROM \(tables) WHERE i.original_id = \(original)
            ORDER BY i.uploaded_at, i.id LIMIT 1
            """
        ) { try Image($0) }
    }

    /// The original that an image shows; `nil` when there is no such image.
    static func original(of id: ImageID, in connection: any SQLConnection) throws -> OriginalID? {
        try connection.value("SELECT original_id FROM images WHERE id = \(id)")
    }

    /// Gives the images that show an original other URLs: what was cached under the old ones is of the past.
    static func renew(showing original: OriginalID, in tx: any SQLTransaction) throws {
        try tx.execute("UPDATE images SET generation = generation + 1 WHERE original_id = \(original)")
    }

    // MARK: Sessions

    func link(to session: String, at moment: Timestamp, in tx: any SQLTransaction) throws {
        try tx.execute(
            """
            INSERT INTO session_images (session_id, image_id, linked_at)
            VALUES (\(session), \(id), \(moment)) ON CONFLICT DO NOTHING
            """)
    }

    /// In the order in which it came into them.
    func sessions(in connection: any SQLConnection) throws -> [String] {
        try connection.all(
            "SELECT session_id FROM session_images WHERE image_id = \(id) ORDER BY linked_at, session_id"
        ) { try $0[0] }
    }
}
