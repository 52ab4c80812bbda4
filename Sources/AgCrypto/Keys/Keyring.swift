/// What a wrapped key is the key of. A wrapped key that is moved to another owner or generation does not open.
package struct KeyOwner: Sendable, Hashable {
    /// Such as `original/<id>`.
    package let name: String
    /// Grows when the owner gets another content.
    package let generation: UInt64

    package init(name: String, generation: UInt64) {
        self.name = name
        self.generation = generation
    }

    var binding: [UInt8] {
        [1] + (0..<8).map { UInt8(truncatingIfNeeded: generation >> (8 * $0)) } + Array(name.utf8)
    }
}

/// A key of a content, encrypted under a master key: version 1, id of the master key 8, box of the key 80 bytes.
///
/// Format: docs/formats/sealed-blobs.md, “Wrapped keys”.
package struct WrappedKey: Sendable, Hashable {
    static let version: UInt8 = 1
    package static let byteCount = 1 + KeyID.byteCount + SaltedBox.overhead + AES256GCM.keyByteCount

    package let bytes: [UInt8]
    package let masterKeyID: KeyID

    /// Throws `unknownVersion` and `wrongLength`.
    package init(_ bytes: [UInt8]) throws(SealError) {
        guard let version = bytes.first else { throw .wrongLength }
        guard version == Self.version else { throw .unknownVersion(version) }
        guard bytes.count == Self.byteCount, let id = KeyID(bytes[1...KeyID.byteCount]) else { throw .wrongLength }
        self.bytes = bytes
        masterKeyID = id
    }

    fileprivate init(box: [UInt8], under id: KeyID) {
        bytes = [Self.version] + id.bytes + box
        masterKeyID = id
    }

    fileprivate var box: [UInt8] { Array(bytes.dropFirst(1 + KeyID.byteCount)) }
}

/// The master keys of an installation: one wraps, and those from before still unwrap until everything is wrapped again.
package struct Keyring: Sendable {
    private static let purpose = "argentum key wrap 1"

    package let current: MasterKey
    private let keys: [KeyID: MasterKey]

    package init(current: MasterKey, earlier: [MasterKey] = []) {
        self.current = current
        keys = Dictionary((earlier + [current]).map { ($0.id, $0) }) { _, newer in newer }
    }

    /// - Precondition: the key has 32 bytes.
    package func wrap(_ key: SecretBytes, of owner: KeyOwner) -> WrappedKey {
        precondition(key.count == AES256GCM.keyByteCount, "Keys of 32 bytes are wrapped, got \(key.count).")
        let box = SaltedBox.seal(key, under: current.secret, purpose: Self.purpose, boundTo: owner.binding)
        return WrappedKey(box: box, under: current.id)
    }

    /// Throws `unknownMasterKey` for a key of another installation, and `notAuthentic` for that of another owner.
    package func unwrap(_ wrapped: WrappedKey, of owner: KeyOwner) throws(SealError) -> SecretBytes {
        guard let master = keys[wrapped.masterKeyID] else { throw .unknownMasterKey(wrapped.masterKeyID) }
        return try SaltedBox.open(wrapped.box, under: master.secret, purpose: Self.purpose, boundTo: owner.binding)
    }

    /// The same key under the current master key; `nil` when it is there already, so that an interrupted rotation goes on where
    /// it was.
    package func rewrap(_ wrapped: WrappedKey, of owner: KeyOwner) throws(SealError) -> WrappedKey? {
        guard wrapped.masterKeyID != current.id else { return nil }
        return wrap(try unwrap(wrapped, of: owner), of: owner)
    }
}
