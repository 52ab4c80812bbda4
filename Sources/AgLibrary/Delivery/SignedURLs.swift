package import AgBase
import AgCrypto
package import AgSQL
import Synchronization

/// URLs that carry their own authority: a path, an expiry, the id of a key, and an HMAC-SHA-256 over all of it.
///
/// Format: docs/formats/signed-urls.md. Anything changed, added or left out makes the signature wrong.
///
/// Keys may be replaced while servers run: one that meets an unknown key reads them again, and every few seconds it does so
/// anyway, so that a key that was taken away ends everywhere.
package final class SignedURLs: Sendable {
    /// The longest a URL may live: 7 days.
    package static let longestLife = Duration.seconds(7 * 24 * 3_600)
    /// After this time every server signs with a new key and refuses one that was taken away.
    package static let keysAreReadEvery = Duration.seconds(5)
    /// Requests with unknown keys, which need no authority, cost a look at the database so often at most.
    private static let shortestPause = Duration.milliseconds(200)

    private struct State {
        var keys: [SigningKey]
        var readAt = ContinuousClock.now
        /// The reading that is under way, for all that wait for one.
        var reading: Task<Void, any Error>?
    }

    private let database: any Database
    private let time: any TimeSource
    private let log: Log
    private let state: Mutex<State>

    private init(_ keys: [SigningKey], _ database: any Database, _ time: any TimeSource, _ log: Log) {
        state = Mutex(State(keys: keys))
        self.database = database
        self.time = time
        self.log = log
    }

    /// Loads the keys, and makes the first one where there is none.
    package static func load(
        from database: any Database, time: any TimeSource, log: Log
    ) async throws -> SignedURLs {
        let keys = try await database.write { tx in
            try SigningKey.ensure(at: time.now(), in: tx)
            return try SigningKey.all(in: tx)
        }
        return SignedURLs(keys, database, time, log)
    }

    /// Makes a new key to sign with. What older keys signed stays good until it expires, unless it `revokes` them.
    /// Returns the key's id. Servers that run take it up by themselves.
    package static func rotate(
        in database: any Database, time: any TimeSource, revokes: Bool = false
    ) async throws -> String {
        try await database.write { tx in try SigningKey.rotate(at: time.now(), revokes: revokes, in: tx).id }
    }

    /// Signs a path with its query items. Returns the query to put behind `?`, and when it ends.
    package func sign(path: String, items: [SignedURL.Item], lives: Duration) -> (query: String, expiresAt: Timestamp) {
        let expiresAt = time.now() + min(lives, Self.longestLife)
        // There is always one: `load` made it, and no reading that finds none counts.
        let key = state.withLock { $0.keys[0] }
        let claim = SignedURL(path: path, items: items, expiresAt: expiresAt, keyID: key.id)
        return (claim.query(signature: key.sign(claim)), expiresAt)
    }

    /// Checks the query of a request and returns how long it will still be good. Throws `Fault` 403: `bad-signature`, or
    /// `url-expired`; and what the database throws when a key is not known here.
    @discardableResult
    package func check(path: String, items: [SignedURL.Item]) async throws -> Duration {
        guard let (claim, signature) = SignedURL.read(path: path, items: items),
            let key = try await key(claim.keyID),
            isEqualInConstantTime(key.sign(claim), signature)
        else { throw SignedURLs.badSignature }
        let now = time.now()
        guard now < claim.expiresAt else { throw SignedURLs.expired(claim.expiresAt) }
        return claim.expiresAt - now
    }

    /// Reads the keys again now and then, until cancelled.
    package func run() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.keysAreReadEvery)
            do {
                try await readAgain()
            } catch is CancellationError {
                return
            } catch {
                log.debug("the signing keys could not be read", ["error": "\(error)"])
            }
        }
    }

    private func key(_ id: String) async throws -> SigningKey? {
        if let key = known(id) { return key }
        try await readAgain()
        return known(id)
    }

    private func known(_ id: String) -> SigningKey? {
        state.withLock { $0.keys.first { $0.id == id } }
    }

    /// Returns when the keys are as they were in the database after this was called, or a short pause before.
    private func readAgain() async throws {
        let reading = state.withLock { state -> Task<Void, any Error>? in
            if let reading = state.reading { return reading }
            guard ContinuousClock.now - state.readAt >= Self.shortestPause else { return nil }
            let reading = Task { try await self.read() }
            state.reading = reading
            return reading
        }
        try await reading?.value
    }

    private func read() async throws {
        let result: Result<[SigningKey], any Error>
        do {
            result = .success(try await database.read(.lookUp) { try SigningKey.all(in: $0) })
        } catch {
            result = .failure(error)
        }
        state.withLock { state in
            state.reading = nil
            state.readAt = .now
            if case .success(let keys) = result, !keys.isEmpty { state.keys = keys }
        }
        _ = try result.get()
    }

    private static let badSignature = Fault(
        .forbidden, "bad-signature", "The signature does not fit this URL; ask for a new one.")

    private static func expired(_ moment: Timestamp) -> Fault {
        Fault(.forbidden, "url-expired", "This URL was valid until \(moment.rfc3339); ask for a new one.")
    }
}
