import AgBase
import AgBlobs
import AgImaging
import AgSQL

/// Whether what every request needs still works. Each throws when its part does not.
struct GroundChecks: Sendable {
    let ground: LibraryGround
    let codecs: Codecs

    /// Commits a row.
    func database() async throws {
        let now = ground.time.now()
        _ = try await ground.database.write { tx in
            try tx.execute(
                """
                INSERT INTO readiness (id, checked_at) VALUES (1, \(now))
                ON CONFLICT (id) DO UPDATE SET checked_at = excluded.checked_at
                """)
        }
    }

    /// Looks whether uploads have room, and writes and removes a small file.
    func storage() async throws {
        try ground.blobs.checkRoom()
        try await ground.blobs.checkWritable()
    }

    /// Lets the codec child that uploads wait for look at a picture.
    func picture() async throws {
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
