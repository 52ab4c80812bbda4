import AgBase
import AgBlobs
import AgCrypto
import AgModel
import AgSQL

/// A stretch of an upload that was confirmed to its client: a blob of its own until all of it is there.
struct UploadPart: Sendable {
    let start: Int64
    let byteCount: Int64
    let path: BlobPath

    var end: Int64 { start + byteCount }
}

extension UploadPart {
    /// In their order, without a gap: each was taken at the end of the one before.
    static func all(of grant: UploadGrantID, in connection: any SQLConnection) throws -> [UploadPart] {
        try connection.all(
            "SELECT start, byte_count, path FROM upload_parts WHERE grant_id = \(grant) ORDER BY start"
        ) { UploadPart(start: try $0[0], byteCount: try $0[1], path: BlobPath(try $0[2])) }
    }

    static func refers(to path: BlobPath, in connection: any SQLConnection) throws -> Bool {
        try connection.exists("SELECT 1 FROM upload_parts WHERE path = \(path.text)")
    }

    func insert(of grant: UploadGrantID, in tx: any SQLTransaction) throws {
        try tx.execute(
            """
            INSERT INTO upload_parts (grant_id, start, byte_count, path)
            VALUES (\(grant), \(start), \(byteCount), \(path.text))
            """)
    }

    /// Gives all parts of a grant up; their bytes follow soon after.
    static func remove(
        of grant: UploadGrantID, _ removals: BlobRemovals, at moment: Timestamp, in tx: any SQLTransaction
    ) throws {
        try removals.ask(try all(of: grant, in: tx).map(\.path), at: moment, in: tx)
        try tx.execute("DELETE FROM upload_parts WHERE grant_id = \(grant)")
    }
}

extension BlobPath {
    /// `uploads/<xx>/<grant>_<start>.<mark>.part`: a fresh path each time.
    static func part(of grant: UploadGrantID, at start: Int64) -> BlobPath {
        BlobPath("uploads/\(grant.text.suffix(2))/\(grant)_\(start).\(Hex.encode(RandomBytes.make(8))).part")
    }
}
