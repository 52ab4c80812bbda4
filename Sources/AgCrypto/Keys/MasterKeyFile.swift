package import AgBase

/// The text in which a master key is kept: as it is, or locked by a passphrase.
///
/// Reading and writing the text touches no file; `MasterKeyStore` does.
///
/// Format: docs/formats/sealed-blobs.md, “Master key”.
package struct MasterKeyFile: Sendable {
    private static let firstLine = "argentum-master-key 1"
    private static let purpose = "argentum master key lock 1"

    package enum Content: Sendable {
        /// The file alone gives the key away.
        case open(MasterKey)
        /// Only the passphrase opens it.
        case locked(Lock)
    }

    /// A master key under a passphrase. The passphrase can be changed without touching a wrapped key.
    package struct Lock: Sendable {
        fileprivate let cost: Argon2id
        fileprivate let salt: [UInt8]
        fileprivate let box: [UInt8]
    }

    /// Of the key, also while it is locked.
    package let id: KeyID
    package let content: Content

    package init(_ key: MasterKey) {
        id = key.id
        content = .open(key)
    }

    /// Blocks for as long as `Argon2id` takes.
    package init(_ key: MasterKey, lockedBy passphrase: SecretBytes, cost: Argon2id = .usual) throws(DerivationError) {
        let salt = RandomBytes.make(16)
        let lock = try cost.derive(password: passphrase, salt: salt, byteCount: 32)
        let box = SaltedBox.seal(
            key.secret, under: lock, purpose: Self.purpose, boundTo: Self.binding(key.id, cost, salt))
        id = key.id
        content = .locked(Lock(cost: cost, salt: salt, box: box))
    }

    /// Throws `wrong-passphrase`, and what `Argon2id` throws. Blocks.
    package func unlock(with passphrase: SecretBytes) throws(Fault) -> MasterKey {
        switch content {
        case .open(let key): return key
        case .locked(let lock):
            do {
                let key = try lock.cost.derive(password: passphrase, salt: lock.salt, byteCount: 32)
                let secret = try SaltedBox.open(
                    lock.box, under: key, purpose: Self.purpose, boundTo: Self.binding(id, lock.cost, lock.salt))
                return MasterKey(secret)
            } catch let error as DerivationError {
                throw Fault(
                    .unavailable, "passphrase-not-checked",
                    "The passphrase could not be checked for want of memory; try again.", cause: error)
            } catch {
                throw Fault(
                    .forbidden, "wrong-passphrase",
                    "The passphrase does not open the master key \(id), or its file is damaged.", cause: error)
            }
        }
    }

    private static func binding(_ id: KeyID, _ cost: Argon2id, _ salt: [UInt8]) -> [UInt8] {
        Array("\(id) \(cost.text) \(Hex.encode(salt))".utf8)
    }
}

extension MasterKeyFile {
    /// Holds the key itself when it is not locked.
    package var text: Secret {
        switch content {
        case .open(let key):
            let digits = key.secret.reveal { Hex.encode([UInt8](copying: $0)) }
            return Secret("\(Self.firstLine)\nid \(id)\nkey \(digits)\n")
        case .locked(let lock):
            return Secret(
                "\(Self.firstLine)\nid \(id)\nargon2id \(lock.cost.text)\nsalt \(Hex.encode(lock.salt))\n"
                    + "box \(Hex.encode(lock.box))\n")
        }
    }

    /// Throws `not-a-master-key` for any other text, also for one whose key does not have the id beside it.
    package init(reading text: Secret) throws(Fault) {
        let lines = text.reveal { String(decoding: $0, as: UTF8.self) }
            .split(separator: "\n").map { $0.split(separator: " ", maxSplits: 1).map(String.init) }
        guard lines.first == ["argentum-master-key", "1"] else { throw Self.refusal }
        let words = lines.dropFirst().filter { $0.count == 2 }
        guard words.count == lines.count - 1,
            let id = Self.value("id", in: words).flatMap(Hex.decode).flatMap({ KeyID($0) })
        else { throw Self.refusal }
        switch words.map({ $0[0] }) {
        case ["id", "key"]: content = .open(try Self.readKey(words[1 + words.startIndex][1], id))
        case ["id", "argon2id", "salt", "box"]: content = .locked(try Self.readLock(words))
        default: throw Self.refusal
        }
        self.id = id
    }

    private static func value(_ name: String, in words: some Sequence<[String]>) -> String? {
        words.first { $0[0] == name }?[1]
    }

    private static func readKey(_ digits: String, _ id: KeyID) throws(Fault) -> MasterKey {
        guard let key = MasterKey(hexadecimal: SecretBytes(Array(digits.utf8))), key.id == id else { throw refusal }
        return key
    }

    private static func readLock(_ words: some Sequence<[String]>) throws(Fault) -> Lock {
        guard let cost = value("argon2id", in: words).flatMap(Argon2id.init(text:)),
            let salt = value("salt", in: words).flatMap(Hex.decode), salt.count == 16,
            let box = value("box", in: words).flatMap(Hex.decode), box.count == SaltedBox.overhead + MasterKey.byteCount
        else { throw refusal }
        return Lock(cost: cost, salt: salt, box: box)
    }

    private static var refusal: Fault {
        Fault(
            .unprocessable, "not-a-master-key",
            "The master key file is not one, or is damaged; put the right one back from a backup.")
    }
}

extension Argon2id {
    /// Such as `m=65536 t=3 p=4`.
    fileprivate var text: String { "m=\(memoryKiB) t=\(passes) p=\(lanes)" }

    fileprivate init?(text: String) {
        let words = text.split(separator: " ")
        let numbers = zip(words, ["m=", "t=", "p="]).compactMap { word, name in
            word.hasPrefix(name) ? Int(word.dropFirst(2)) : nil
        }
        guard words.count == 3, numbers.count == 3 else { return nil }
        try? self.init(memoryKiB: numbers[0], passes: numbers[1], lanes: numbers[2])
    }
}
