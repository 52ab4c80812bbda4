import AgBase
import AgCrypto
import AgSQL
import AgWire

/// The master key of an installation, and what it opens: loaded when it is first needed, and made then where there is none.
package actor SealingKeys {
    private let place: MasterKeyPlace
    private let database: any Database
    private let window: Duration
    private var ring: Keyring?
    private var opened: WireKeys?

    /// - Parameter window: how long a proof holds at least.
    init(_ place: MasterKeyPlace, database: any Database, window: Duration) {
        self.place = place
        self.database = database
        self.window = window
    }

    /// Throws `Fault` when the master key that the rows were wrapped with is not at hand. Changes nothing; a key that was never
    /// needed may be missing.
    package func check() async throws {
        let known = try await database.read(.lookUp) { try InstallationKey.find(in: $0) }
        let keys = try await MasterKeyPlace.pool.run { [place] in try place.keys() }
        if let known { _ = try Self.ring(keys, known) }
    }

    /// Made at first use. Throws `Fault` as `check` does, and `SystemError`.
    func keyring() async throws -> Keyring {
        if let ring { return ring }
        return try await reload()
    }

    /// Reads the master keys again, because others have come into use.
    @discardableResult
    func reload() async throws -> Keyring {
        let known = try await database.read(.lookUp) { try InstallationKey.find(in: $0) }
        let keys = try await MasterKeyPlace.pool.run { [place] in try place.keys() }
        let ring = if let known { try Self.ring(keys, known) } else { try await first(keys) }
        self.ring = ring
        return ring
    }

    /// Runs `body` with the master keys; once more with those of now when it meets one that was not known.
    func open<Value: Sendable>(_ body: @Sendable (Keyring) throws -> Value) async throws -> Value {
        do {
            return try body(try await keyring())
        } catch SealError.unknownMasterKey {
            do {
                return try body(try await reload())
            } catch SealError.unknownMasterKey(let id) {
                throw MasterKeyTrouble.missing(id)
            }
        }
    }

    private static func ring(_ keys: [MasterKey], _ known: KeyID) throws(Fault) -> Keyring {
        guard let current = keys.first(where: { $0.id == known }) else {
            throw keys.first.map { MasterKeyTrouble.wrong($0.id, known) } ?? MasterKeyTrouble.missing(known)
        }
        return Keyring(current: current, earlier: keys.filter { $0.id != known })
    }

    /// The first key is on the disk before a row names it. Of several nodes that make one at once, the row decides.
    private func first(_ keys: [MasterKey]) async throws -> Keyring {
        let key =
            if let key = keys.first { key } else { try await MasterKeyPlace.pool.run { [place] in try place.make() } }
        let known = try await database.write { tx in try InstallationKey.ensure(key.id, in: tx) }
        if known == key.id { return Keyring(current: key) }
        if keys.isEmpty { try await MasterKeyPlace.pool.run { [place] in try place.withdraw(key) } }
        return try Self.ring(keys, known)
    }

    // MARK: The wire's secrets

    /// Throws as `keyring` does.
    func wire() async throws -> WireKeys {
        if let opened { return opened }
        let ring = try await keyring()
        do {
            try await database.write { tx in
                try WrappedSecret.ensure(.wire, ring, in: tx)
                try WrappedSecret.ensure(.signing, ring, in: tx)
            }
        } catch is OtherMasterKey {
            try await reload()
            return try await wire()
        }
        return try await openSecrets()
    }

    /// `nil` where none was ever made. Throws as `keyring` does.
    func wireIfMade() async throws -> WireKeys? {
        if let opened { return opened }
        let isMade = try await database.read(.lookUp) { try WrappedSecret.find(.signing, in: $0) } != nil
        return isMade ? try await openSecrets() : nil
    }

    private func openSecrets() async throws -> WireKeys {
        let rows = try await database.read(.lookUp) {
            (wire: try WrappedSecret.find(.wire, in: $0), signing: try WrappedSecret.find(.signing, in: $0))
        }
        guard let wire = rows.wire, let signing = rows.signing else {
            throw SQLError(.mismatch, "The secrets of the wire disappeared while they were read.")
        }
        let keys = WireKeys(
            wire: try await open { try wire.open($0) },
            signing: try await open { try signing.open($0) }, window: window)
        opened = keys
        return keys
    }
}

/// What proofs, records and answers are made with: the same on every node and after every restart.
struct WireKeys: Sendable {
    let proofs: ProofKey
    let recordKeys: RecordKeys
    let signing: AgCrypto.SigningKey

    fileprivate init(wire: SecretBytes, signing: SecretBytes, window: Duration) {
        proofs = ProofKey(secret: wire, windowMilliseconds: max(1, Int64(window.milliseconds)))
        recordKeys = RecordKeys(secret: wire)
        self.signing = AgCrypto.SigningKey(seed: signing)
    }
}
