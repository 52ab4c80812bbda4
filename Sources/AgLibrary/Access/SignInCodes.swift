package import AgBase
import AgCrypto
import AgModel
import AgSQL

/// One-time codes in sign-in links: short-lived, good for one use, on whichever node the link is opened.
///
/// Only a hash is stored. A code ends with the token and the session that made it; one that the fixed token made is bound to it
/// by its hash, as its sessions are.
package struct SignInCodes: Sendable {
    package static let lifetime: Duration = .seconds(15 * 60)
    /// More open links than this are not needed; the oldest goes.
    private static let capacity = 32

    private let database: any Database
    private let time: any TimeSource
    private let fixedToken: SHA256Digest?
    private let denials: Denials

    init(database: any Database, time: any TimeSource, fixedToken: SHA256Digest?, denials: Denials) {
        self.denials = denials
        self.database = database
        self.time = time
        self.fixedToken = fixedToken
    }

    /// A new code, and when it ends. Throws `Fault` 401 when its maker has no power any more.
    ///
    /// - Parameters:
    ///   - maker: whose code it is: a session that is opened with it ends with what made it.
    ///   - session: the cookie, when the caller proved itself with one: the code ends with that session.
    package func make(
        for maker: Credential.Origin, session: String? = nil
    ) async throws -> (code: String, until: Timestamp) {
        let code = Base64URL.encode(RandomBytes.make(32))
        let now = time.now()
        let until = now + Self.lifetime
        guard let digest = digest(of: code, maker) else { throw Self.powerless }
        let token: TokenID? = if case .token(let id) = maker { id } else { nil }
        let session = session.flatMap { self.digest(of: $0, maker) }
        do {
            try await database.write { tx in
                try tx.execute("DELETE FROM sign_in_codes WHERE expires_at <= \(now)")
                try tx.execute(
                    """
                    INSERT INTO sign_in_codes (id, digest, maker_token, maker_session, expires_at)
                    VALUES (\(UUIDv7.shared.next()), \(digest), \(token), \(session), \(until))
                    """)
                try Self.dropOldest(in: tx)
            }
        } catch let error as SQLError where error.code == .foreignKey {
            throw Self.powerless
        }
        return (code, until)
    }

    private static func dropOldest(in tx: any SQLTransaction) throws {
        try tx.execute(
            """
            DELETE FROM sign_in_codes WHERE id NOT IN (SELECT id FROM sign_in_codes ORDER BY id DESC LIMIT \(capacity))
            """)
    }

    /// Whose code it is, or `nil` when it is not good; it is not any more afterwards. Of several calls, on whatever nodes, one
    /// gets it.
    package func redeem(_ code: String) async throws -> Credential.Origin? {
        guard Base64URL.decode(code)?.count == 32 else { return nil }
        let plain = SHA256Digest.of(code).bytes
        let digests = [plain] + (bound(code).map { [$0] } ?? [])
        // A wrong code costs no write.
        let isThere = try await database.read(.lookUp) {
            try $0.exists("SELECT 1 FROM sign_in_codes WHERE digest IN \(list: digests)")
        }
        guard isThere else { return nil }
        guard let found = try await take(digests), isOpen(until: found.until),
            found.session.map({ !denials.covers(sessionHash: $0) }) ?? true
        else { return nil }
        if let token = found.token { return .token(token) }
        return found.digest == plain ? nil : .fixedToken
    }

    private struct Found: Sendable {
        let digest: [UInt8]
        let token: TokenID?
        let session: [UInt8]?
        let until: Timestamp
    }

    private func take(_ digests: [[UInt8]]) async throws -> Found? {
        try await database.write { tx in
            try tx.first(
                """
                DELETE FROM sign_in_codes WHERE digest IN \(list: digests)
                RETURNING digest, maker_token, maker_session, expires_at
                """
            ) { Found(digest: try $0[0], token: try $0[1], session: try $0[2], until: try $0[3]) }
        }
    }

    /// Not one from the future either: the clock was set back, and it would live longer than it may.
    private func isOpen(until end: Timestamp) -> Bool {
        let now = time.now()
        return now < end && now >= end - Self.lifetime
    }

    private func digest(of code: String, _ maker: Credential.Origin) -> [UInt8]? {
        maker == .fixedToken ? bound(code) : SHA256Digest.of(code).bytes
    }

    private func bound(_ code: String) -> [UInt8]? {
        fixedToken.map { SHA256Digest.of(Array(code.utf8) + $0.bytes).bytes }
    }

    private static let powerless = Fault(
        .unauthorized, "invalid-token", "The token is unknown, revoked or expired.")
}
