import AgBase
import AgBlobs
import AgImaging
import AgSQL

/// Whether the parts that every request needs still work. Each throws when its part does not.
extension Library {
    /// Commits a row.
    package func checkDatabase() async throws {
        let now = ground.time.now()
        _ = try await ground.database.write { tx in
            try tx.execute(
                """
                INSERT INTO readiness (id, checked_at) VALUES (1, \(now))
                ON CONFLICT (id) DO UPDATE SET checked_at = excluded.checked_at
                """)
        }
    }

    /// Writes that wait for the next commit of the database.
    package var waitingWrites: Int { ground.database.waitingWrites }

    /// Looks whether uploads have room, and writes and removes a small file.
    package func checkStorage() async throws {
        try ground.blobs.checkRoom()
        try await ground.blobs.checkWritable()
    }

    /// Lets the codec child that uploads wait for look at a picture.
    package func checkCodecs() async throws {
        let file = try ground.blobs.begin(.accepted)
        try file.append(Self.greyPicture)
        _ = try await codecs.probe(file.file)
    }

    /// A grey PNG of 8 by 8 pixels.
    private static let greyPicture =
        Hex.decode(
            "89504e470d0a1a0a0000000d4948445200000008000000080800000000e164e1570000000c4944415478da6360a00e00"
                + "00004800011045efd20000000049454e44ae426082") ?? []
}
