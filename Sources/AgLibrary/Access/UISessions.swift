import AgBase
import AgCrypto
import AgModel
import AgSQL

/// The page's sessions: a random cookie value, of which only the hash is stored.
///
/// Each belongs to the token that it was opened with, or that made the link it was opened with, and lives no longer.
struct UISessions: Sendable {
    static let lifetime: Duration = .seconds(30 * 86_400)

    private let database: any Database
    private let time: any TimeSource
    private let fixedToken: SHA256Digest?
    private let denials: Denials
    private let cache = CredentialCache<Credential>()

    init(database: any Database, time: any TimeSource, fixedToken: SHA256Digest?, denials: Denials) {
        self.denials = denials
        self.database = database
        self.time = time
        self.fixedToken = fixedToken
    }

    /// Opens a session and returns its cookie value; `nil` when its token is gone. Expired ones are cleared on the way.
    func open(scope: TokenScope, origin: Credential.Origin) async throws -> String? {
        let secret = Base64URL.encode(RandomBytes.make(32))
        guard let hash = hash(of: secret, origin), !denials.covers(origin) else { return nil }
        let token: TokenID? = if case .token(let id) = origin { id } else { nil }
        let now = time.now()
        let isOpen = try await database.write { tx in
            try tx.execute("DELETE FROM ui_sessions WHERE expires_at <= \(now)")
            guard let end = try Self.end(of: token, now, in: tx) else { return false }
            try tx.execute(
                """
                INSERT INTO ui_sessions (secret_hash, scope, token_id, created_at, expires_at)
                VALUES (\(hash), \(scope.rawValue), \(token.sqlValue), \(now), \(end))
                """)
            return true
        }
        return isOpen ? secret : nil
    }

    /// No later than the token's own end; `nil` when that is past, or the token revoked.
    private static func end(of token: TokenID?, _ now: Timestamp, in tx: any SQLTransaction) throws -> Timestamp? {
        guard let token else { return now + lifetime }
        let found: Timestamp?? = try tx.first("SELECT expires_at FROM api_tokens WHERE id = \(token)") { try $0[0] }
        guard let expiry = found else { return nil }
        let end = min(now + lifetime, expiry ?? now + lifetime)
        return end > now ? end : nil
    }

    func delete(hashes: [[UInt8]]) async throws {
        try await database.conclude { tx in
            try tx.execute("DELETE FROM ui_sessions WHERE secret_hash IN \(list: hashes)")
            tx.notify(Notice(.accessEnded))
        }
    }

    /// After a token or a session was denied: neither must be found in memory any more.
    func forget() {
        cache.removeAll()
    }

    func credential(_ secret: String) async throws -> Credential? {
        guard Base64URL.decode(secret)?.count == 32 else { return nil }
        let digest = SHA256Digest.of(secret)
        let now = time.now()
        if database.notices.isCurrent, let known = cache.value(for: digest, at: now) { return known }
        while true {
            let ticket = cache.ticket()
            guard let credential = try await database.read(.lookUp, { try find(secret, in: $0) }) else { return nil }
            // Otherwise a revocation came in between, as with tokens.
            if cache.keep(credential, for: digest, expiry: credential.expiresAt, at: now, ticket) { return credential }
        }
    }

    /// From the row itself; `nil` when the session is unknown, over or denied.
    func find(_ secret: String, in connection: any SQLConnection) throws -> Credential? {
        let hashes = hashes(of: secret)
        let plain = SHA256Digest.of(secret)
        let found = try connection.first(
            """
            SELECT scope, expires_at, token_id FROM ui_sessions WHERE secret_hash IN \(list: hashes)
                AND (token_id IS NOT NULL OR secret_hash <> \(plain.bytes)) AND expires_at > \(time.now())
            """, Self.credential)
        guard let credential = found ?? nil, !denials.covers(credential.origin), !denials.covers(session: plain) else {
            return nil
        }
        return credential
    }

    private static func credential(_ row: Row) throws -> Credential? {
        guard let scope = TokenScope(rawValue: try row[0]) else { return nil }
        let token: TokenID? = try row[2]
        return Credential(
            scope: scope, origin: token.map { .token($0) } ?? .fixedToken, isSession: true, expiresAt: try row[1])
    }

    /// Whether a session's row is there and good; by the hash in it.
    func holds(_ hash: [UInt8], at moment: Timestamp, in connection: any SQLConnection) throws -> Bool {
        try connection.exists("SELECT 1 FROM ui_sessions WHERE secret_hash = \(hash) AND expires_at > \(moment)")
    }

    // MARK: What is stored of a cookie

    /// A session of the fixed token, which has no row, is bound to it by its hash: with another token in the settings
    /// the session is nobody's.
    private func hash(of secret: String, _ origin: Credential.Origin) -> [UInt8]? {
        guard origin == .fixedToken else { return SHA256Digest.of(secret).bytes }
        return fixedToken.map { SHA256Digest.of(Array(secret.utf8) + $0.bytes).bytes }
    }

    func hashes(of secret: String) -> [[UInt8]] {
        let bound = hash(of: secret, .fixedToken)
        return [SHA256Digest.of(secret).bytes] + (bound.map { [$0] } ?? [])
    }
}
