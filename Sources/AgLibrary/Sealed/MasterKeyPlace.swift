package import AgBase
import AgCrypto
import Glibc

/// Where the master key comes from: the settings, or a file in the data folder, which a passphrase may lock.
package struct MasterKeySettings: Sendable {
    /// 64 hexadecimal digits; then there is no file.
    package var key: Secret?
    /// The one to rotate to, in the same form.
    package var nextKey: Secret?
    /// What locks the file.
    package var passphrase: Secret?

    package init() {}
}

/// Reads and makes master keys. Everything here blocks.
struct MasterKeyPlace: Sendable {
    let settings: MasterKeySettings
    private let folder: String
    private let file: MasterKeyStore
    private let nextFile: MasterKeyStore

    /// For files and for Argon2id, which takes a tenth of a second.
    static let pool = BlockingPool(threads: 1, name: "master-key")

    init(_ settings: MasterKeySettings, folder: String) {
        self.settings = settings
        self.folder = folder
        file = MasterKeyStore(path: "\(folder)/master.key")
        // Beside the first until everything is wrapped with it.
        nextFile = MasterKeyStore(path: "\(folder)/master.key.next")
    }

    /// All keys that are at hand. Throws `Fault` as `MasterKeyTrouble` has them, and `SystemError`.
    func keys() throws -> [MasterKey] {
        if let given = settings.key {
            return try [given, settings.nextKey].compactMap { $0 }.map(Self.read)
        }
        return try [file, nextFile].compactMap { try unlocked($0) }
    }

    /// The key of a new installation: a file of mode 0600, or the one that another process has just made.
    func make() throws -> MasterKey { try make(file) }

    /// The key to rotate to: from the settings, or from a file, which stays when the rotation is interrupted.
    func makeNext() throws -> MasterKey {
        guard settings.key != nil else { return try unlocked(nextFile) ?? make(nextFile) }
        guard let given = settings.nextKey else {
            throw Fault(
                .conflict, MasterKeyTrouble.missing,
                "The master key is given by a setting, so the next one must be given too: set ARGENTUM_NEXT_MASTER_KEY for "
                    + "the servers and for this command.")
        }
        return try Self.read(given)
    }

    /// Puts the next key in the place of the first.
    func settle() throws {
        // An interrupted rotation may have got this far.
        guard settings.key == nil, access(nextFile.path, F_OK) == 0 else { return }
        let (old, new) = (file.path, nextFile.path)
        try sys("rename") { rename(new, old) }
        let place = folder
        let descriptor = try sys("open") { open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        defer { close(descriptor) }
        try sys("fsync") { fsync(descriptor) }
    }

    /// Takes a key away that nothing was wrapped with.
    func withdraw(_ key: MasterKey) throws {
        if try file.read()?.id == key.id { unlink(file.path) }
    }

    private func unlocked(_ store: MasterKeyStore) throws -> MasterKey? {
        guard let found = try store.read() else { return nil }
        if case .locked = found.content, settings.passphrase == nil {
            throw Fault(
                .forbidden, MasterKeyTrouble.passphraseMissing,
                "The master key \(found.id) is locked by a passphrase; give it with ARGENTUM_MASTER_PASSPHRASE or "
                    + "ARGENTUM_MASTER_PASSPHRASE_FILE.")
        }
        return try found.unlock(with: Self.bytes(settings.passphrase ?? Secret("")))
    }

    private func make(_ store: MasterKeyStore) throws -> MasterKey {
        let key = MasterKey.random()
        do {
            try store.create(try file(of: key))
            return key
        } catch let error as SystemError where error.errno == EEXIST {
            guard let found = try unlocked(store) else { throw error }
            return found
        }
    }

    private func file(of key: MasterKey) throws -> MasterKeyFile {
        guard let passphrase = settings.passphrase else { return MasterKeyFile(key) }
        return try MasterKeyFile(key, lockedBy: Self.bytes(passphrase))
    }

    private static func read(_ text: Secret) throws -> MasterKey {
        guard let key = MasterKey(hexadecimal: bytes(text)) else {
            throw Fault(
                .unprocessable, MasterKeyTrouble.notOne,
                "A master key that is given by a setting has 64 hexadecimal digits; `openssl rand -hex 32` makes one.")
        }
        return key
    }

    private static func bytes(_ secret: Secret) -> SecretBytes { secret.reveal { SecretBytes($0) } }
}

/// What can be wrong with a master key, by the codes of the faults.
package enum MasterKeyTrouble {
    static let missing = "master-key-missing"
    static let wrong = "wrong-master-key"
    static let passphraseMissing = "passphrase-missing"
    static let notOne = "not-a-master-key"

    /// Those that no other try mends: the operator must act.
    private static let codes: Set<String> = [
        missing, wrong, passphraseMissing, notOne, "wrong-passphrase", "master-key-exposed",
    ]

    package static func isOne(_ fault: Fault) -> Bool { codes.contains(fault.code) }

    static func missing(_ known: KeyID) -> Fault {
        Fault(
            .internal, missing,
            "The pictures of this installation are sealed under the master key \(known), which is not here. Put master.key back "
                + "into the data directory from a backup, or give the key with ARGENTUM_MASTER_KEY.")
    }

    static func wrong(_ found: KeyID, _ known: KeyID) -> Fault {
        Fault(
            .internal, wrong,
            "The pictures of this installation are sealed under the master key \(known), and the one given is \(found): of another "
                + "installation, or from before a rotation. Put the right one in its place.")
    }
}
