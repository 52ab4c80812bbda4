import AgBlobs
import AgSQL

/// Which files rows refer to.
enum BlobReferences {
    static func contains(_ path: BlobPath, in connection: any SQLConnection) throws -> Bool {
        try connection.exists(
            """
            SELECT 1 FROM originals WHERE path = \(path.text)
            UNION ALL SELECT 1 FROM image_variants WHERE path = \(path.text)
            """)
    }
}
