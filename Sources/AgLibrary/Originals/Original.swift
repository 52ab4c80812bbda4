package import AgBase
package import AgBlobs
package import AgCrypto
package import AgImaging
package import AgModel
import AgSQL

/// A picture's bytes as they were uploaded: written once and never changed.
package struct Original: Sendable {
    package let id: OriginalID
    package let sha256: SHA256Digest
    package let path: BlobPath
    package let byteCount: Int64
    package let format: PictureFormat
    /// In pixels, as displayed.
    package let width: Int
    package let height: Int
    package let frames: Int
    package let hasAlpha: Bool
    /// Kept although it does not decode to its end, because the client asked for that.
    package let isDamaged: Bool
    /// When `verify --repair` found its bytes gone or changed; the same bytes uploaded again heal it.
    package let lostAt: Timestamp?
    package let createdAt: Timestamp
}

extension Original {
    /// Notes that parts of the picture are missing, as its decoder found out.
    func markDamaged(in tx: any SQLTransaction) throws {
        try tx.execute("UPDATE originals SET is_damaged = 1 WHERE id = \(id)")
    }

    /// Takes the row away, and by ON DELETE CASCADE all rows that are derived from it.
    func delete(in tx: any SQLTransaction) throws {
        try tx.execute("DELETE FROM originals WHERE id = \(id)")
    }

    /// Points the row at another file, whose bytes are whole. Throws nothing when the row is gone: ask before.
    func heal(at path: BlobPath, in tx: any SQLTransaction) throws {
        try tx.execute("UPDATE originals SET path = \(path.text), lost_at = NULL WHERE id = \(id)")
    }

    /// The same original with its bytes at another path, as `heal` makes it.
    func healed(at path: BlobPath) -> Original {
        Original(
            id: id, sha256: sha256, path: path, byteCount: byteCount, format: format, width: width, height: height,
            frames: frames, hasAlpha: hasAlpha, isDamaged: isDamaged, lostAt: nil, createdAt: createdAt)
    }

    static let columns: SQL = """
        o.id AS original_id, o.sha256, o.path, o.byte_count, o.format, o.width, o.height, o.frames,
        o.has_alpha, o.is_damaged, o.lost_at, o.created_at
        """

    init(_ row: Row) throws {
        id = OriginalID(trusted: try row["original_id"])
        sha256 = SHA256Digest(try row["sha256"])
        path = BlobPath(try row["path"])
        byteCount = try row["byte_count"]
        format = try PictureFormat(stored: row["format"])
        width = try row["width"]
        height = try row["height"]
        frames = try row["frames"]
        hasAlpha = try row["has_alpha"]
        isDamaged = try row["is_damaged"]
        lostAt = try row["lost_at"]
        createdAt = try row["created_at"]
    }

    /// False when these bytes have a row already, perhaps since a moment ago.
    func insert(in tx: any SQLTransaction) throws -> Bool {
        try tx.execute(
            """
            INSERT INTO originals (id, sha256, path, byte_count, format, width, height, frames,
                has_alpha, is_damaged, created_at)
            VALUES (\(id), \(sha256.bytes), \(path.text), \(byteCount), \(format.rawValue), \(width), \(height),
                \(frames), \(hasAlpha), \(isDamaged), \(createdAt))
            ON CONFLICT (sha256) DO NOTHING
            """) == 1
    }

    /// Makes other transactions that ask so wait until this one ends. Whatever is decided by looking at several rows of an
    /// original is decided under this: whether an image is its last, whether its outcomes are complete, which file a row
    /// had. It is taken before the rows of jobs, so that two transactions never wait for each other.
    static func hold(_ id: OriginalID, in tx: any SQLTransaction) throws {
        guard let query = tx.dialect.hold("SELECT 1 FROM originals WHERE id = \(id)") else { return }
        _ = try tx.first(query) { _ in }
    }

    /// Finds the original of these bytes, and holds it.
    static func hold(_ sha256: SHA256Digest, in tx: any SQLTransaction) throws -> Original? {
        let query: SQL = "SELECT \(columns) FROM originals o WHERE o.sha256 = \(sha256.bytes)"
        return try tx.first(tx.dialect.hold(query) ?? query) { try Original($0) }
    }

    static func find(_ id: OriginalID, in connection: any SQLConnection) throws -> Original? {
        try connection.first("SELECT \(columns) FROM originals o WHERE o.id = \(id)") { try Original($0) }
    }

    static func find(_ sha256: SHA256Digest, in connection: any SQLConnection) throws -> Original? {
        try connection.first("SELECT \(columns) FROM originals o WHERE o.sha256 = \(sha256.bytes)") { try Original($0) }
    }
}

extension PictureFormat {
    /// Reads what a row says. Throws `SQLError` when a newer program wrote it.
    init(stored text: String) throws {
        guard let format = PictureFormat(rawValue: text) else {
            throw SQLError(.mismatch, "'\(text)' is no picture format that this program knows.")
        }
        self = format
    }
}
