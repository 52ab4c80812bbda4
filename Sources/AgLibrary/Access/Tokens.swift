import AgBase
import AgCrypto
import AgModel
import AgSQL

/// The rows of tokens and the proof that a text is one of them.
struct Tokens: Sendable {
    private static let columns = "id, name, scope, created_at, expires_at, last_used_at"
    /// Finer than this, "last used" would cost a write per request.
    private static let useResolution: Duration = .seconds(60)

    let database: any Database
    let time: any TimeSource
    let log: Log
    let denials: Denials
    private let cache = CredentialCache<Credential>()
    private let uses = TokenUses()

    init(database: any Database, time: any TimeSource, log: Log, denials: Denials) {
        self.database = database
        self.time = time
        self.log = log
        self.denials = denials
    }

    func create(name: String, scope: TokenScope, expiresIn: Duration?) async throws -> NewAPIToken {
        let now = time.now()
        let token = APIToken(
            id: .make(), name: name, scope: scope, createdAt: now, expiresAt: expiresIn.map { now + $0 },
            lastUsedAt: nil)
        let text = TokenText.make(for: token.id)
        try await insert(token, hash: SHA256Digest.of(text.text))
        return NewAPIToken(token: token, text: text.text)
    }

    private func insert(_ token: APIToken, hash: SHA256Digest) async throws {
        _ = try await database.write { tx in
            try tx.execute(
                """
                INSERT INTO api_tokens (id, name, scope, secret_hash, created_at, expires_at)
                VALUES (\(token.id), \(token.name), \(token.scope.rawValue), \(hash.bytes), \(token.createdAt),
                    \(token.expiresAt.sqlValue))
                """)
        }
    }

    /// Newest first, without those that have been revoked and whose rows are still there.
    func list() async throws -> [APIToken] {
        let rows = try await database.read { connection in
            try connection.all(
                "SELECT \(raw: Self.columns) FROM api_tokens ORDER BY created_at DESC, id DESC", Self.token)
        }
        return rows.filter { !denials.covers(.token($0.id)) }.map { token in
            var token = token
            token.lastUsedAt = uses.latest(token.id, token.lastUsedAt)
            return token
        }
    }

    func rename(_ id: TokenID, to name: String) async throws -> APIToken? {
        try await database.write { tx in
            try tx.first(
                "UPDATE api_tokens SET name = \(name) WHERE id = \(id) RETURNING \(raw: Self.columns)", Self.token)
        }
    }

    /// Whether there was such a row. Sessions that were opened with the token go with it.
    func delete(_ id: TokenID) async throws -> Bool {
        try await database.conclude { tx in
            guard try tx.execute("DELETE FROM api_tokens WHERE id = \(id)") > 0 else { return false }
            tx.notify(Notice(.accessEnded))
            return true
        }
    }

    /// After a token was denied: it must not be found in memory any more.
    func forget() {
        cache.removeAll()
    }

    func exists(_ id: TokenID) async throws -> Bool {
        try await row(id) != nil
    }

    /// In a transaction: whether the token is there and has not expired.
    func holds(_ id: TokenID, in connection: any SQLConnection) throws -> Bool {
        let now = time.now()
        let isThere = try connection.exists(
            "SELECT 1 FROM api_tokens WHERE id = \(id) AND (expires_at IS NULL OR expires_at > \(now))")
        return isThere && !denials.covers(.token(id))
    }

    /// Who holds this text, or `nil` when it is no token, revoked or expired.
    func credential(_ text: String) async throws -> Credential? {
        guard let text = TokenText(untrusted: text) else { return nil }
        let digest = SHA256Digest.of(text.text)
        let now = time.now()
        if database.notices.isCurrent, let known = cache.value(for: digest, at: now) { return known }
        while true {
            let ticket = cache.ticket()
            guard let token = try await find(text.id, digest, at: now) else { return nil }
            let credential = Credential(scope: token.scope, origin: .token(text.id), expiresAt: token.expiresAt)
            // Otherwise a revocation came between the row and here, perhaps of this token: the rows are asked again.
            guard cache.keep(credential, for: digest, expiry: token.expiresAt, at: now, ticket) else { continue }
            note(use: token, at: now)
            return credential
        }
    }

    /// From the row itself; `nil` when it is not there, not of this secret, over or denied.
    private func find(_ id: TokenID, _ digest: SHA256Digest, at now: Timestamp) async throws -> APIToken? {
        guard let found = try await row(id), isEqualInConstantTime(found.hash, digest.bytes) else { return nil }
        if let expiry = found.token.expiresAt, expiry <= now { return nil }
        return denials.covers(.token(id)) ? nil : found.token
    }

    private struct Found: Sendable {
        let token: APIToken
        let hash: [UInt8]
    }

    private func row(_ id: TokenID) async throws -> Found? {
        try await database.read(.lookUp) { connection in
            try connection.first("SELECT \(raw: Self.columns), secret_hash FROM api_tokens WHERE id = \(id)") {
                Found(token: try Self.token($0), hash: try $0["secret_hash"])
            }
        }
    }

    private func note(use token: APIToken, at now: Timestamp) {
        if let last = uses.latest(token.id, token.lastUsedAt), now - last < Self.useResolution { return }
        uses.note(token.id, at: now)
    }

    /// Writes what was noted since the last time. Notes that cannot be written are dropped: the disk may be full, and the
    /// next use makes new ones.
    func writeUses() async {
        let noted = uses.take()
        if noted.isEmpty { return }
        do {
            try await database.write { tx in
                // In one order on every node: two that note the same tokens wait for each other otherwise.
                for (id, moment) in noted.sorted(by: { $0.key.text < $1.key.text }) {
                    try tx.execute("UPDATE api_tokens SET last_used_at = \(moment) WHERE id = \(id)")
                }
            }
        } catch {
            log.warning("the use of tokens could not be noted", ["count": noted.count, "error": "\(error)"])
        }
    }

    private static func token(_ row: Row) throws -> APIToken {
        let scope: String = try row["scope"]
        guard let known = TokenScope(rawValue: scope) else {
            throw SQLError(.mismatch, "The token has the scope '\(scope)', which this program does not know.")
        }
        return APIToken(
            id: try row["id"], name: try row["name"], scope: known, createdAt: try row["created_at"],
            expiresAt: try row["expires_at"], lastUsedAt: try row["last_used_at"])
    }
}
