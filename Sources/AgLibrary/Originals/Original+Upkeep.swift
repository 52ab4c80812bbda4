import AgBase
import AgBlobs
import AgCrypto
import AgModel
import AgSQL

/// What upkeep asks of all originals, and repairs.
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
                .original(OriginalID(trusted: try row["id"])), BlobPath(try row["path"]),
                byteCount: try row["byte_count"], sha256: SHA256Digest(try row["sha256"]), isLost: lostAt != nil)
        }
    }

    static func refers(to path: BlobPath, in connection: any SQLConnection) throws -> Bool {
        try connection.exists("SELECT 1 FROM originals WHERE path = \(path.text)")
    }

    /// When the newest one came; `nil` without any.
    static func newest(in connection: any SQLConnection) throws -> Timestamp? {
        try connection.value("SELECT max(created_at) FROM originals HAVING max(created_at) IS NOT NULL")
    }

    /// Where so many of the oldest and of the newest are said to lie; lost ones are left out.
    static func sample(
        _ count: Int, in connection: any SQLConnection
    ) throws -> [(path: BlobPath, byteCount: Int64)] {
        try ["ASC", "DESC"].flatMap { order in
            try connection.all(
                """
                SELECT path, byte_count FROM originals WHERE lost_at IS NULL
                ORDER BY id \(raw: order) LIMIT \(count)
                """
            ) { row in (path: BlobPath(try row["path"]), byteCount: try row["byte_count"] as Int64) }
        }
    }

    /// Those of the ids that there are.
    static func existing(
        among ids: [OriginalID], in connection: any SQLConnection
    ) throws -> Set<OriginalID> {
        guard !ids.isEmpty else { return [] }
        return Set(
            try connection.all("SELECT id FROM originals WHERE id IN \(list: ids.map(\.text))") {
                OriginalID(trusted: try $0[0])
            })
    }

    /// Ids in their order, behind one.
    static func ids(after last: String, limit: Int, in connection: any SQLConnection) throws -> [OriginalID] {
        try connection.all("SELECT id FROM originals WHERE id > \(last) ORDER BY id LIMIT \(limit)") {
            OriginalID(trusted: try $0[0])
        }
    }

    /// Notes that the bytes are gone, and where they will lie when they come back.
    func markLost(at moment: Timestamp, path: BlobPath, in tx: any SQLTransaction) throws {
        try tx.execute("UPDATE originals SET lost_at = \(moment), path = \(path.text) WHERE id = \(id)")
    }

    /// Notes that the bytes of a lost one are back. False when it is not lost, or lies elsewhere.
    static func markFound(_ id: OriginalID, at path: BlobPath, in tx: any SQLTransaction) throws -> Bool {
        try tx.execute(
            """
            UPDATE originals SET lost_at = NULL
            WHERE id = \(id) AND path = \(path.text) AND lost_at IS NOT NULL
            """) > 0
    }
}
