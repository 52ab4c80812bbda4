import AgBase
import AgBlobs
import AgCrypto
import AgModel
import AgSQL

/// What upkeep asks of all variants, and repairs.
extension Variant {
    @Sendable static func references(after path: String, limit: Int, in connection: any SQLConnection) throws
        -> [FileReference]
    {
        try connection.all(
            """
            SELECT original_id, path, byte_count, sha256 FROM image_variants WHERE path > \(path)
            ORDER BY path LIMIT \(limit)
            """
        ) { row in
            FileReference(
                .variant(of: OriginalID(trusted: try row["original_id"])), BlobPath(try row["path"]),
                byteCount: try row["byte_count"], sha256: SHA256Digest(try row["sha256"]))
        }
    }

    static func refers(to path: BlobPath, in connection: any SQLConnection) throws -> Bool {
        try connection.exists("SELECT 1 FROM image_variants WHERE path = \(path.text)")
    }

    /// When the newest one was made; `nil` without any.
    static func newest(in connection: any SQLConnection) throws -> Timestamp? {
        try connection.value("SELECT max(made_at) FROM image_variants HAVING max(made_at) IS NOT NULL")
    }

    /// Removes those of an original's that a condition holds for. Returns how many.
    static func remove(of original: OriginalID, where condition: SQL, in tx: any SQLTransaction) throws -> Int {
        try tx.execute("DELETE FROM image_variants WHERE original_id = \(original) AND \(condition)")
    }
}

/// Whether one thumbnail's bytes are what their row says.
struct ThumbnailCheck: Sendable {
    let original: OriginalID
    let content: [UInt8]
    let isSound: Bool

    static func page(after original: String, in connection: any SQLConnection) throws -> [ThumbnailCheck] {
        try connection.all(
            """
            SELECT original_id, byte_count, sha256, content FROM image_variants
            WHERE original_id > \(original) AND content IS NOT NULL ORDER BY original_id LIMIT 256
            """
        ) { row in
            let content: [UInt8] = try row["content"]
            let digest: [UInt8] = try row["sha256"]
            let byteCount: Int = try row["byte_count"]
            return ThumbnailCheck(
                original: OriginalID(trusted: try row["original_id"]), content: content,
                isSound: content.count == byteCount && SHA256Digest.of(content).bytes == digest)
        }
    }
}
