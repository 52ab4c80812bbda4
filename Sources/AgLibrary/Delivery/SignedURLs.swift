package import AgBase
import AgCrypto
package import AgSQL
import Synchronization

/// URLs that carry their own authority: a path, an expiry, the id of a key, and an HMAC-SHA-256 over all of it.
///
/// Format: docs/formats/signed-urls.md. Anything changed, added or left out makes the signature wrong.
package final class SignedURLs: Sendable {
    /// The longest a URL may live: 7 days.
    package static let longestLife = Duration.seconds(7 * 24 * 3_600)

    private let keys: [SigningKey]
    private let time: any TimeSource

    private init(keys: [SigningKey], time: any TimeSource) {
        self.keys = keys
        self.time = time
    }

    /// Loads the keys, newest first, and makes the first one where there is none.
    package static func load(from database: any Database, time: any TimeSource) async throws -> SignedURLs {
        let keys = try await database.write { tx in
            if try !tx.exists("SELECT 1 FROM signing_keys") { try SigningKey.make().insert(at: time.now(), in: tx) }
            return try SigningKey.all(in: tx)
        }
        return SignedURLs(keys: keys, time: time)
    }

    /// Signs a path with its query items. Returns the query to put behind `?`, and when it ends.
    package func sign(path: String, items: [SignedURL.Item], lives: Duration) -> (query: String, expiresAt: Timestamp) {
        let expiresAt = time.now() + min(lives, Self.longestLife)
        // There is always one: `load` made it.
        let key = keys[0]
        let claim = SignedURL(path: path, items: items, expiresAt: expiresAt, keyID: key.id)
        return (claim.query(signature: key.sign(claim)), expiresAt)
    }

    /// Checks the query of a request and returns how long it will still be good. Throws `Fault` 403: `bad-signature`, or
    /// `url-expired`.
    @discardableResult
    package func check(path: String, items: [SignedURL.Item]) throws(Fault) -> Duration {
        guard let (claim, signature) = SignedURL.read(path: path, items: items),
            let key = keys.first(where: { $0.id == claim.keyID }),
            isEqualInConstantTime(key.sign(claim), signature)
        else { throw SignedURLs.badSignature }
        let now = time.now()
        guard now < claim.expiresAt else { throw SignedURLs.expired(claim.expiresAt) }
        return claim.expiresAt - now
    }

    private static let badSignature = Fault(
        .forbidden, "bad-signature", "The signature does not fit this URL; ask for a new one.")

    private static func expired(_ moment: Timestamp) -> Fault {
        Fault(.forbidden, "url-expired", "This URL was valid until \(moment.rfc3339); ask for a new one.")
    }
}
