import AgBase
import AgCrypto
import AgSQL

/// A key that signs URLs. It lives in the database, so that every node knows it and it survives a restart.
struct SigningKey: Sendable {
    let id: String
    private let secret: Secret

    /// The row of `library_state` that names the key to sign with. Inserting it decides which of several nodes that start
    /// together makes the first key, and it needs no clock to tell the newest of several.
    private static let state = "signing-key"

    private static func make() -> SigningKey {
        SigningKey(id: Hex.encode(RandomBytes.make(4)), secret: Secret(RandomBytes.make(32)))
    }

    /// The one to sign with first, then the others, newest first.
    static func all(in connection: any SQLConnection) throws -> [SigningKey] {
        try connection.all(
            """
            SELECT k.id, k.secret FROM signing_keys k
            LEFT JOIN library_state s ON s.name = \(state) AND s.value = k.id
            ORDER BY CASE WHEN s.value IS NULL THEN 1 ELSE 0 END, k.created_at DESC, k.id
            """
        ) { SigningKey(id: try $0["id"], secret: Secret(try $0["secret"] as [UInt8])) }
    }

    /// Makes the first key where there is none; of several nodes that do so at once, one does.
    static func ensure(at moment: Timestamp, in tx: any SQLTransaction) throws {
        let key = make()
        try tx.execute(
            "INSERT INTO library_state (name, value) VALUES (\(state), \(key.id)) ON CONFLICT (name) DO NOTHING")
        // Of two that insert at once the second has waited for the first, whose key it sees now.
        let newest: String? = try tx.value("SELECT id FROM signing_keys ORDER BY created_at DESC, id LIMIT 1")
        if newest == nil { try key.insert(at: moment, in: tx) }
        // From a version that had keys and no such row, or keys that are gone.
        let current = newest ?? key.id
        try tx.execute(
            """
            UPDATE library_state SET value = \(current)
            WHERE name = \(state) AND value NOT IN (SELECT id FROM signing_keys)
            """)
    }

    /// Makes a new key to sign with, and forgets those that were replaced so long ago that nothing they signed is good.
    ///
    /// - Parameter revokes: whether all older keys end now, and with them every URL that they signed.
    static func rotate(at moment: Timestamp, revokes: Bool, in tx: any SQLTransaction) throws -> SigningKey {
        let key = make()
        // First, so that two rotations at once follow each other.
        if let lock = tx.dialect.lock("signing_keys") { _ = try tx.first(lock) { _ in } }
        let current: String? = try tx.value("SELECT value FROM library_state WHERE name = \(state)")
        let old = try tx.all("SELECT id, created_at FROM signing_keys ORDER BY created_at DESC, id") {
            (id: try $0[0] as String, madeAt: try $0[1] as Timestamp)
        }
        let limit = moment - SignedURLs.longestLife
        let outlived = zip(old.dropFirst(), old).filter { _, successor in successor.madeAt < limit }.map(\.0.id)
        // The current one was in use until now, whatever the clocks of the others say.
        let ended = revokes ? old.map(\.id) : outlived.filter { $0 != current }
        if !ended.isEmpty { try tx.execute("DELETE FROM signing_keys WHERE id IN \(list: ended)") }
        try key.insert(at: moment, in: tx)
        try tx.execute(
            """
            INSERT INTO library_state (name, value) VALUES (\(state), \(key.id))
            ON CONFLICT (name) DO UPDATE SET value = excluded.value
            """)
        return key
    }

    private func insert(at moment: Timestamp, in tx: any SQLTransaction) throws {
        try secret.reveal { bytes in
            _ = try tx.execute("INSERT INTO signing_keys (id, secret, created_at) VALUES (\(id), \(bytes), \(moment))")
        }
    }

    func sign(_ claim: SignedURL) -> [UInt8] { hmacSHA256(key: secret, claim.message) }
}
