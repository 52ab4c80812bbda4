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
    /// After this time every server signs with a new key and refuses one that was taken away, also while it cannot read them.
    package static let keysAreReadEvery = Duration.seconds(5)
    /// Requests with unknown keys, which need no authority, cost a look at the database so often at most.
    private static let shortestPause = Duration.milliseconds(200)

    private struct State {
        var keys: [SigningKey]
        /// When the keys were in the database as they are here.
        var provedAt = ContinuousClock.now
        var readAt = ContinuousClock.now
        /// Why the last reading failed, if it did.
        var failure: (any Error)?
        /// The reading that is under way, for all that wait for one.
        var reading: Task<Void, any Error>?

        /// A reading has ended.
        mutating func note(_ failure: (any Error)?) {
            reading = nil
            readAt = .now
            self.failure = failure
        }
    }

    private let database: any Database
    private let time: any TimeSource
    private let log: Log
    private let belief: Duration
    private let state: Mutex<State>

    private init(
        _ keys: [SigningKey], _ database: any Database, _ time: any TimeSource, _ log: Log, _ belief: Duration
    ) {
        state = Mutex(State(keys: keys))
        self.database = database
        self.time = time
        self.log = log
        self.belief = belief
    }

    /// Loads the keys, and makes the first one where there is none.
    ///
    /// - Parameter belief: how long a key counts without having been read again.
    package static func load(
        from database: any Database, time: any TimeSource, log: Log, believing belief: Duration = keysAreReadEvery
    ) async throws -> SignedURLs {
        let keys = try await database.write { tx in
            try SigningKey.ensure(at: time.now(), in: tx)
            return try SigningKey.all(in: tx)
        }
        return SignedURLs(keys, database, time, log, belief)
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
            // Twice in that time, so that a reading may take a while.
            try? await Task.sleep(for: Self.keysAreReadEvery / 2)
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
        if let key = believed(id) { return key }
        try await readAgain()
        return state.withLock { $0.keys.first { $0.id == id } }
    }

    /// `nil` also when the keys were read too long ago.
    private func believed(_ id: String) -> SigningKey? {
        state.withLock { state in
            guard ContinuousClock.now - state.provedAt < belief else { return nil }
            return state.keys.first { $0.id == id }
        }
    }

    /// Returns when the keys are as they were in the database after this was called, or a short pause before.
    private func readAgain() async throws {
        let reading = try state.withLock { state -> Task<Void, any Error>? in
            if let reading = state.reading { return reading }
            guard ContinuousClock.now - state.readAt >= Self.shortestPause else {
                if let failure = state.failure { throw failure }
                return nil
            }
            let reading = Task { try await self.read() }
            state.reading = reading
            return reading
        }
        try await reading?.value
    }

    private func read() async throws {
        let begin = ContinuousClock.now
        do {
            let keys = try await database.read(.lookUp) { try SigningKey.all(in: $0) }
            state.withLock { state in
                state.note(nil)
                state.provedAt = begin
                if !keys.isEmpty { state.keys = keys }
            }
        } catch {
            state.withLock { $0.note(error) }
            throw error
        }
    }

    private static let badSignature = Fault(
        .forbidden, "bad-signature", "The signature does not fit this URL; ask for a new one.")

    private static func expired(_ moment: Timestamp) -> Fault {
        Fault(.forbidden, "url-expired", "This URL was valid until \(moment.rfc3339); ask for a new one.")
    }
}
