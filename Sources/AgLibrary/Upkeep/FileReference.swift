import AgBase
import AgBlobs
import AgCrypto
import AgModel
import AgSQL

/// A row's word about a file.
struct FileReference: Sendable {
    enum Owner: Sendable {
        case original
        case variant
    }

    let owner: Owner
    let originalID: OriginalID
    let path: BlobPath
    let byteCount: Int64
    let sha256: SHA256Digest
    let isLost: Bool

    var recorded: BlobDigest { BlobDigest(byteCount: byteCount, sha256: sha256) }
}

extension FileReference {
    /// The references of one table behind a path, so many at most, in the order of their paths.
    typealias Source = @Sendable (_ path: String, _ limit: Int, any SQLConnection) throws -> [FileReference]
}

extension Original {
    @Sendable static func references(after path: String, limit: Int, in connection: any SQLConnection) throws
        -> [FileReference]
    {
        try connection.all(
            """
            SELECT id, path, byte_count, sha256, lost_at FROM originals WHERE path > \(path)
            ORDER BY path LIMIT \(limit)
            """
        ) { row in
            let lostAt: Int64? = try row["lost_at"]
            return FileReference(
                owner: .original, originalID: OriginalID(trusted: try row["id"]), path: BlobPath(try row["path"]),
                byteCount: try row["byte_count"], sha256: SHA256Digest(try row["sha256"]), isLost: lostAt != nil)
        }
    }
}

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
                owner: .variant, originalID: OriginalID(trusted: try row["original_id"]),
                path: BlobPath(try row["path"]), byteCount: try row["byte_count"],
                sha256: SHA256Digest(try row["sha256"]), isLost: false)
        }
    }
}
