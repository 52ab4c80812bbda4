package import AgBase
import AgBlobs
import AgCrypto
import AgImaging
package import AgModel
import AgSQL

/// The door to one-time upload URLs.
package struct UploadGrants: Sendable {
    package static let longestLife = Duration.seconds(24 * 3_600)

    /// After so many bodies that were not what the URL is for, it ends: each costs a look at a picture.
    static let mostFailures = 10

    let database: any Database
    let access: Access
    let blobs: any BlobStore
    let time: any TimeSource
    let log: Log
    /// The most that any upload may have, in bytes.
    let limit: Int64
    private let seats: GrantSeats

    init(database: any Database, access: Access, blobs: any BlobStore, time: any TimeSource, log: Log, limit: Int64) {
        self.database = database
        self.access = access
        self.blobs = blobs
        self.time = time
        self.log = log
        self.limit = limit
        seats = GrantSeats(database.notices)
    }

    /// Makes a grant. The secret is returned once; the database keeps its hash.
    ///
    /// - Parameters:
    ///   - origin: whose it is: it ends with what made it.
    ///   - session: the cookie of the session that made it.
    package func make(
        _ request: UploadGrantRequest, by origin: Credential.Origin? = nil, session: String? = nil
    ) async throws -> (grant: UploadGrant, secret: String) {
        try check(request)
        try checkRoom()
        let secret = Base64URL.encode(RandomBytes.make(24))
        let now = time.now()
        let id = UploadGrantID.make()
        let grant = UploadGrant(
            id: id, maxBytes: min(request.maxBytes ?? limit, limit), contentType: request.contentType,
            sha256: request.sha256, sessionID: request.sessionID, filename: request.filename,
            expiresAt: now + min(request.lives, Self.longestLife), usedAt: nil, failures: 0,
            maker: origin.map { access.maker(of: id, $0, session: session) } ?? .none)
        try await database.write { tx in
            try Self.insert(grant, secretHash: .of(secret), at: now, in: tx)
            // Grants are few and short; the old ones go when a new one comes.
            try tx.execute(
                """
                DELETE FROM upload_grants WHERE expires_at < \(now - .seconds(24 * 3_600))
                    AND id NOT IN (SELECT grant_id FROM upload_parts)
                """)
        }
        return (grant, secret)
    }

    /// Finds the grant that an upload URL names.
    ///
    /// Throws `Fault`: 404 when there is none or the secret is not its own, 409 `grant-used`, 410 `grant-expired`,
    /// `grant-revoked` when what made it has ended, `grant-exhausted` after ten bodies that were refused.
    package func grant(_ id: UploadGrantID, secret: String) async throws -> UploadGrant {
        try await database.read(.lookUp) { [self] connection in
            let grant = try find(id, secret, in: connection)
            try check(grant, in: connection)
            return grant
        }
    }

    /// Finds the grant that an upload URL names, whatever became of it, and lends it with the word whether it takes bytes, apart from
    /// its being used. Throws `Fault` 404.
    func look<Value: Sendable>(
        _ id: UploadGrantID, secret: String,
        _ body: @escaping @Sendable (UploadGrant, _ isUsable: Bool, any SQLConnection) throws -> Value
    ) async throws -> Value {
        try await database.read(.lookUp) { [self] connection in
            let grant = try find(id, secret, in: connection)
            let isOpen = time.now() < grant.expiresAt && grant.failures < Self.mostFailures
            let isUsable = try isOpen && access.holds(grant.maker, of: grant.id, in: connection)
            return try body(grant, isUsable, connection)
        }
    }

    private func find(_ id: UploadGrantID, _ secret: String, in connection: any SQLConnection) throws -> UploadGrant {
        let found = try connection.first(
            "SELECT \(UploadGrant.columns), secret_hash FROM upload_grants WHERE id = \(id)"
        ) { (grant: try UploadGrant($0), hash: try $0["secret_hash"] as [UInt8]) }
        guard let found, isEqualInConstantTime(found.hash, SHA256Digest.of(secret).bytes) else {
            throw Self.unknown
        }
        return found.grant
    }

    /// Makes others that ask so wait until the transaction ends. Throws `Fault` as `grant` does.
    func hold(_ id: UploadGrantID, in tx: any SQLTransaction) throws {
        let query: SQL = "SELECT \(UploadGrant.columns) FROM upload_grants WHERE id = \(id)"
        guard let grant = try tx.first(tx.dialect.hold(query) ?? query, { try UploadGrant($0) }) else {
            throw Self.unknown
        }
        try check(grant, in: tx)
    }

    private func check(_ grant: UploadGrant, in connection: any SQLConnection) throws {
        if grant.usedAt != nil { throw Self.used }
        try checkIgnoringUse(grant, in: connection)
    }

    private func checkIgnoringUse(_ grant: UploadGrant, in connection: any SQLConnection) throws {
        guard time.now() < grant.expiresAt else { throw Self.expired(grant.expiresAt) }
        if grant.failures >= Self.mostFailures { throw Self.exhausted }
        guard try access.holds(grant.maker, of: grant.id, in: connection) else { throw Self.revoked }
    }

    /// Takes a body by `take`, and counts it against the grant when it is refused for what it is. One that breaks off, or
    /// that we cannot take at the moment, does not count; one whose look used up a codec's time or ended its process does.
    package func counting<Value>(_ grant: UploadGrant, _ take: () async throws -> Value) async throws -> Value {
        do {
            return try await take()
        } catch let fault as Fault where Self.counts(fault) {
            await noteFailure(of: grant.id)
            throw fault
        }
    }

    private static func counts(_ fault: Fault) -> Bool {
        if fault.kind == .unprocessable || fault.kind == .tooLarge { return true }
        guard let error = fault.cause as? CodecError else { return false }
        return error.code == .stalled || error.code == .crashed
    }

    private func noteFailure(of id: UploadGrantID) async {
        do {
            _ = try await database.write { tx in
                try tx.execute("UPDATE upload_grants SET failures = failures + 1 WHERE id = \(id)")
            }
        } catch {
            log.warning("a refused body could not be counted", ["upload_id": id, "error": "\(error)"])
        }
    }

    /// Takes a place for one upload of the grant; held until its picture is stored. Throws `Fault` 429 `grant-busy`.
    package func seat(for grant: UploadGrant) throws(Fault) -> Seat { try seats.take(grant.id) }

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
    /// Asks again all that was asked when the body began.
    func use(_ id: UploadGrantID, in tx: any SQLTransaction) throws {
        // First the statement that one of them waits in, then the look.
        let isMine =
            try tx.execute(
                "UPDATE upload_grants SET used_at = \(time.now()) WHERE id = \(id) AND used_at IS NULL") == 1
        let found = try tx.first("SELECT \(UploadGrant.columns) FROM upload_grants WHERE id = \(id)") {
            try UploadGrant($0)
        }
        guard let found else { throw Self.unknown }
        guard isMine else { throw Self.used }
        try checkIgnoringUse(found, in: tx)
    }

    /// A URL for what would be refused anyway is of no use, and each is a row.
    private func checkRoom() throws(Fault) {
        do {
            try blobs.checkRoom()
        } catch {
            throw error.fault
        }
    }

    private func check(_ request: UploadGrantRequest) throws(Fault) {
        if let session = request.sessionID { try SessionName.check(session) }
        if let type = request.contentType,
            !PictureFormat.allCases.contains(where: { $0.mediaType == type.lowercased() })
        {
            throw Fault(
                .unprocessable, "unknown-content-type",
                "'\(type.excerpt())' is no picture type taken here; use one of "
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
                expires_at, created_at, maker_token, maker_session, maker_fixed)
            VALUES (\(grant.id), \(secretHash.bytes), \(grant.maxBytes), \(grant.contentType),
                \(grant.sha256?.bytes), \(grant.sessionID), \(grant.filename), \(grant.expiresAt), \(moment),
                \(grant.maker.token), \(grant.maker.session), \(grant.maker.fixed))
            """)
    }

    private static let unknown = Fault(.notFound, "no-such-grant", "There is no such upload URL.")
    private static let used = Fault(.conflict, "grant-used", "This upload URL has been used; ask for a new one.")

    private static let exhausted = Fault(
        .gone, "grant-exhausted",
        "This upload URL got \(mostFailures) bodies that were not what it is for; ask for a new one.")
    private static let revoked = Fault(
        .gone, "grant-revoked", "This upload URL ended with the token that made it; ask for a new one.")

    private static func expired(_ moment: Timestamp) -> Fault {
        Fault(.gone, "grant-expired", "This upload URL was valid until \(moment.rfc3339); ask for a new one.")
    }
}
