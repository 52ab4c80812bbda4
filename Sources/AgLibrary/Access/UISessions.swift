import AgBase
import AgCrypto
import AgModel
import AgSQL

/// The page's sessions: a random cookie value, of which only the hash is stored.
struct UISessions: Sendable {
    static let lifetime: Duration = .seconds(30 * 86_400)

    private let database: any Database
    private let time: any TimeSource
    private let cache = CredentialCache<Credential>()

    init(database: any Database, time: any TimeSource) {
        self.database = database
        self.time = time
    }

    /// Opens a session and returns its cookie value. Expired ones are cleared on the way.
    func open(scope: TokenScope, token: TokenID?) async throws -> String {
        let secret = Base64URL.encode(RandomBytes.make(32))
        let hash = SHA256Digest.of(secret).bytes
        let now = time.now()
        try await database.write { tx in
            try tx.execute("DELETE FROM ui_sessions WHERE expires_at <= \(now)")
            try tx.execute(
                """
                INSERT INTO ui_sessions (secret_hash, scope, token_id, created_at, expires_at)
                VALUES (\(hash), \(scope.rawValue), \(token.sqlValue), \(now), \(now + Self.lifetime))
                """)
        }
        return secret
    }

    func close(_ secret: String) async throws {
        let hash = SHA256Digest.of(secret).bytes
        _ = try await database.write { tx in
            try tx.execute("DELETE FROM ui_sessions WHERE secret_hash = \(hash)")
        }
        cache.removeAll()
    }

    /// After a token was revoked: its sessions are gone from the table, and must be from memory.
    func forget() {
        cache.removeAll()
    }

    func credential(_ secret: String) async throws -> Credential? {
        guard Base64URL.decode(secret)?.count == 32 else { return nil }
        let digest = SHA256Digest.of(secret)
        let now = time.now()
        if let known = cache.value(for: digest, at: now) { return known }
        let ticket = cache.ticket()
        guard let (scope, expiry) = try await row(digest), now < expiry else { return nil }
        let credential = Credential(scope: scope, origin: .session)
        cache.keep(credential, for: digest, expiry: expiry, at: now, ticket)
        return credential
    }

    private func row(_ digest: SHA256Digest) async throws -> (TokenScope, Timestamp)? {
        try await database.read { connection in
            let query: SQL = "SELECT scope, expires_at FROM ui_sessions WHERE secret_hash = \(digest.bytes)"
            let found: (String, Timestamp)? = try connection.first(query) { (try $0[0], try $0[1]) }
            return found.flatMap { scope, expiry in TokenScope(rawValue: scope).map { ($0, expiry) } }
        }
    }
}
