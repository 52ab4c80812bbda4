package import AgBase
import AgCrypto
import AgImaging
package import AgModel
import AgSQL

/// The door to one-time upload URLs.
package struct UploadGrants: Sendable {
    package static let longestLife = Duration.seconds(24 * 3_600)

    let database: any Database
    let time: any TimeSource
    /// The most that any upload may have, in bytes.
    let limit: Int64
    private let seats = GrantSeats()

    init(database: any Database, time: any TimeSource, limit: Int64) {
        self.database = database
        self.time = time
        self.limit = limit
    }

    /// Makes a grant. The secret is returned once; the database keeps its hash.
    package func make(_ request: UploadGrantRequest) async throws -> (grant: UploadGrant, secret: String) {
        try check(request)
        let secret = Base64URL.encode(RandomBytes.make(24))
        let now = time.now()
        let grant = UploadGrant(
            id: .make(), maxBytes: min(request.maxBytes ?? limit, limit), contentType: request.contentType,
            sha256: request.sha256, sessionID: request.sessionID, filename: request.filename,
            expiresAt: now + min(request.lives, Self.longestLife), usedAt: nil)
        try await database.write { tx in
            try Self.insert(grant, secretHash: .of(secret), at: now, in: tx)
            // Grants are few and short; the old ones go when a new one comes.
            try tx.execute("DELETE FROM upload_grants WHERE expires_at < \(now - .seconds(24 * 3_600))")
        }
        return (grant, secret)
    }

    /// Finds the grant that an upload URL names.
    ///
    /// Throws `Fault`: 404 when there is none or the secret is not its own, 409 `grant-used`, 410 `grant-expired`.
    package func grant(_ id: UploadGrantID, secret: String) async throws -> UploadGrant {
        let found = try await database.read { connection in
            try connection.first(
                "SELECT \(UploadGrant.columns), secret_hash FROM upload_grants WHERE id = \(id)"
            ) { (grant: try UploadGrant($0), hash: try $0["secret_hash"] as [UInt8]) }
        }
        guard let found, isEqualInConstantTime(found.hash, SHA256Digest.of(secret).bytes) else { throw Self.unknown }
        if found.grant.usedAt != nil { throw Self.used }
        guard time.now() < found.grant.expiresAt else { throw Self.expired(found.grant.expiresAt) }
        return found.grant
    }

    /// Takes a place for one upload of the grant; held until its picture is stored. Throws `Fault` 429 `grant-busy`.
    package func seat(for grant: UploadGrant) throws(Fault) -> GrantSeat { try seats.take(grant.id) }

    /// Holds the content against what the grant promises. Throws `Fault` 422.
    package func check(_ upload: AcceptedUpload, against grant: UploadGrant) throws(Fault) {
        if let promised = grant.sha256, promised != upload.sha256 {
            throw UploadRefusal.hashDiffers(sent: upload.sha256, promised: promised)
        }
        if let promised = grant.contentType, promised.lowercased() != upload.probe.format.mediaType {
            throw UploadRefusal.typeDiffers(sent: upload.probe.format, promised: promised)
        }
    }

    /// Uses a grant up, in the transaction that stores its picture. Two that race: one wins, the other gets 409.
    static func use(_ id: UploadGrantID, at moment: Timestamp, in tx: any SQLTransaction) throws {
        let found = try tx.first("SELECT \(UploadGrant.columns) FROM upload_grants WHERE id = \(id)") {
            try UploadGrant($0)
        }
        guard let found else { throw unknown }
        if found.usedAt != nil { throw used }
        guard moment < found.expiresAt else { throw expired(found.expiresAt) }
        try tx.execute("UPDATE upload_grants SET used_at = \(moment) WHERE id = \(id)")
    }

    private func check(_ request: UploadGrantRequest) throws(Fault) {
        if let session = request.sessionID { try SessionName.check(session) }
        if let type = request.contentType,
            !PictureFormat.allCases.contains(where: { $0.mediaType == type.lowercased() })
        {
            throw Fault(
                .unprocessable, "unknown-content-type",
                "'\(type)' is no picture type taken here; use one of "
                    + PictureFormat.allCases.map(\.mediaType).joined(separator: ", ") + ".")
        }
        guard request.lives > .zero, (request.maxBytes ?? 1) > 0 else {
            throw Fault(.unprocessable, "bad-grant", "`expiresIn` and `maxBytes` must be larger than 0.")
        }
    }

    private static func insert(
        _ grant: UploadGrant, secretHash: SHA256Digest, at moment: Timestamp, in tx: any SQLTransaction
    ) throws {
        try tx.execute(
            """
            INSERT INTO upload_grants (id, secret_hash, max_bytes, content_type, sha256, session_id, filename,
                expires_at, created_at)
            VALUES (\(grant.id), \(secretHash.bytes), \(grant.maxBytes), \(grant.contentType),
                \(grant.sha256?.bytes), \(grant.sessionID), \(grant.filename), \(grant.expiresAt), \(moment))
            """)
    }

    private static let unknown = Fault(.notFound, "no-such-grant", "There is no such upload URL.")
    private static let used = Fault(.conflict, "grant-used", "This upload URL has been used; ask for a new one.")

    private static func expired(_ moment: Timestamp) -> Fault {
        Fault(.gone, "grant-expired", "This upload URL was valid until \(moment.rfc3339); ask for a new one.")
    }
}
