import AgBase
import AgCrypto
import AgSQL

/// The row that names the master key under which keys are wrapped now.
enum InstallationKey {
    private static let state = "master-key"

    static func find(in connection: any SQLConnection) throws -> KeyID? { try read(query, in: connection) }

    /// Finds it, and keeps it as it is until the transaction ends.
    static func hold(in tx: any SQLTransaction) throws -> KeyID? { try read(tx.dialect.hold(query) ?? query, in: tx) }

    /// Throws `OtherMasterKey` when keys are wrapped under another one now. Until the transaction ends that does not change.
    static func require(_ id: KeyID, in tx: any SQLTransaction) throws {
        guard try hold(in: tx) == id else { throw OtherMasterKey() }
    }

    /// Returns the one that is in force: this one, where there was none.
    static func ensure(_ id: KeyID, in tx: any SQLTransaction) throws -> KeyID {
        try tx.execute(
            """
            INSERT INTO library_state (name, value) VALUES (\(state), \(id.description)) ON CONFLICT (name) DO NOTHING
            """)
        guard let found = try find(in: tx) else { throw SQLError(.mismatch, "The master key's id cannot be read.") }
        return found
    }

    static func replace(by id: KeyID, in tx: any SQLTransaction) throws {
        try tx.execute("UPDATE library_state SET value = \(id.description) WHERE name = \(state)")
    }

    private static let query: SQL = "SELECT value FROM library_state WHERE name = \(state)"

    private static func read(_ query: SQL, in connection: any SQLConnection) throws -> KeyID? {
        let text: String? = try connection.value(query)
        return text.flatMap { Hex.decode($0) }.flatMap { KeyID($0) }
    }
}

/// The keys were wrapped under another master key meanwhile: read it, and look again.
struct OtherMasterKey: Error {}

/// A secret of the wire, wrapped under the master key. Made once.
struct WrappedSecret: Sendable {
    enum Name: String, Sendable, CaseIterable {
        /// For proofs and the keys of records.
        case wire
        /// The seed of the key that signs answers.
        case signing
    }

    let name: Name
    let wrapped: WrappedKey

    private static func owner(_ name: Name) -> KeyOwner { KeyOwner(name: "secret/\(name.rawValue)", generation: 0) }

    func open(_ keyring: Keyring) throws -> SecretBytes { try keyring.unwrap(wrapped, of: Self.owner(name)) }

    /// `nil` when it is wrapped under that key already.
    func rewrapped(_ keyring: Keyring) throws -> WrappedKey? { try keyring.rewrap(wrapped, of: Self.owner(name)) }

    static func find(_ name: Name, in connection: any SQLConnection) throws -> WrappedSecret? {
        try connection.first("SELECT wrapped FROM sealed_secrets WHERE name = \(name.rawValue)") {
            WrappedSecret(name: name, wrapped: try WrappedKey($0["wrapped"]))
        }
    }

    /// Makes a random one where there is none.
    static func ensure(_ name: Name, _ keyring: Keyring, in tx: any SQLTransaction) throws {
        try InstallationKey.require(keyring.current.id, in: tx)
        let wrapped = keyring.wrap(.random(32), of: owner(name))
        try tx.execute(
            """
            INSERT INTO sealed_secrets (name, wrapped, master_key)
            VALUES (\(name.rawValue), \(wrapped.bytes), \(wrapped.masterKeyID.description)) ON CONFLICT (name) DO NOTHING
            """)
    }
}
