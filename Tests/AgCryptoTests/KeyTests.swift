import AgBase
import AgTesting
import Glibc
import Testing

@testable import AgCrypto

@Suite("A keyring")
struct KeyringTests {
    private let owner = KeyOwner(name: "original/1", generation: 3)

    @Test("unwraps what it wrapped, and wraps the same key to other bytes each time")
    func roundTrip() throws {
        let keyring = Keyring(current: .random())
        let key = SecretBytes.random(32)
        let wrapped = keyring.wrap(key, of: owner)
        #expect(wrapped.bytes.count == 89)
        #expect(try keyring.unwrap(try WrappedKey(wrapped.bytes), of: owner).isEqual(to: key))
        #expect(keyring.wrap(key, of: owner) != wrapped)
    }

    @Test(
        "does not unwrap for another owner or generation",
        arguments: [
            KeyOwner(name: "original/2", generation: 3), KeyOwner(name: "original/1", generation: 4),
            KeyOwner(name: "", generation: 3),
        ])
    func otherOwner(_ other: KeyOwner) {
        let keyring = Keyring(current: .random())
        let wrapped = keyring.wrap(.random(32), of: owner)
        #expect(throws: SealError.notAuthentic) { try keyring.unwrap(wrapped, of: other) }
    }

    @Test("names the master key that is missing when keys are those of another installation")
    func otherInstallation() {
        let other = Keyring(current: .random())
        let wrapped = other.wrap(.random(32), of: owner)
        #expect(throws: SealError.unknownMasterKey(other.current.id)) {
            try Keyring(current: .random()).unwrap(wrapped, of: owner)
        }
    }

    @Test("refuses wrapped keys of any changed byte, other lengths and versions")
    func changed() throws {
        let keyring = Keyring(current: .random())
        let wrapped = keyring.wrap(.random(32), of: owner)
        for place in wrapped.bytes.indices {
            var bytes = wrapped.bytes
            bytes[place] ^= 1
            #expect(throws: SealError.self) { try keyring.unwrap(try WrappedKey(bytes), of: owner) }
        }
        #expect(throws: SealError.wrongLength) { try WrappedKey([]) }
        #expect(throws: SealError.wrongLength) { try WrappedKey(Array(wrapped.bytes.dropLast())) }
        #expect(throws: SealError.wrongLength) { try WrappedKey(wrapped.bytes + [0]) }
        #expect(throws: SealError.unknownVersion(2)) { try WrappedKey([2] + wrapped.bytes.dropFirst()) }
    }

    @Test("wraps again under a new master key, goes on where it was, and then needs the old one no more")
    func rotation() throws {
        let old = Keyring(current: .random())
        let keys = (0..<20).map { _ in SecretBytes.random(32) }
        let owners = (0..<20).map { KeyOwner(name: "original/\($0)", generation: 1) }
        var wrapped = zip(keys, owners).map { old.wrap($0, of: $1) }
        let both = Keyring(current: .random(), earlier: [old.current])
        for index in 0..<10 { wrapped[index] = try #require(try both.rewrap(wrapped[index], of: owners[index])) }
        // The other half still opens, and a second run does not touch the first one.
        for index in 0..<20 { #expect(try both.unwrap(wrapped[index], of: owners[index]).isEqual(to: keys[index])) }
        for index in 0..<20 {
            let again = try both.rewrap(wrapped[index], of: owners[index])
            #expect((again == nil) == (index < 10))
            wrapped[index] = again ?? wrapped[index]
        }
        let new = Keyring(current: both.current)
        for index in 0..<20 { #expect(try new.unwrap(wrapped[index], of: owners[index]).isEqual(to: keys[index])) }
    }

    /// A hundred thousand in a minute is six hundred microseconds each.
    @Test("wraps ten thousand keys again in less than a tenth of a minute")
    func speed() throws {
        let old = Keyring(current: .random())
        let new = Keyring(current: .random(), earlier: [old.current])
        let wrapped = old.wrap(.random(32), of: owner)
        let count = Effort.rounds(short: 10_000, full: 100_000)
        let time = try processorTime {
            for _ in 0..<count { _ = try new.rewrap(wrapped, of: owner) }
        }
        #expect(time < .microseconds(600) * count, "\(time)")
    }
}

@Suite("A master key")
struct MasterKeyTests {
    private static let cheap = try? Argon2id(memoryKiB: 64, passes: 1, lanes: 1)
    private static let usual = "original/1"

    @Test("has an id that is the same for the same key, and another for another")
    func id() {
        let secret = SecretBytes([UInt8](repeating: 9, count: 32))
        #expect(MasterKey(secret).id == MasterKey(secret).id)
        #expect(MasterKey.random().id != MasterKey.random().id)
        #expect("\(MasterKey(secret).id)".count == 16)
    }

    @Test("comes out of the environment as 64 hexadecimal digits, and out of nothing else")
    func environment() throws {
        let digits = String(repeating: "aB09", count: 16)
        let key = try #require(MasterKey(hexadecimal: SecretBytes(Array(" \(digits)\n".utf8))))
        #expect(key.secret.bytes == Hex.decode(digits))
        for text in ["", "ab", String(digits.dropLast()), digits + "0", String(digits.dropLast()) + "g", "ab ab"] {
            #expect(MasterKey(hexadecimal: SecretBytes(Array(text.utf8))) == nil, "\(text)")
        }
    }

    @Test("is read back from its text, open")
    func open() throws {
        let key = MasterKey.random()
        let file = try MasterKeyFile(reading: MasterKeyFile(key).text)
        #expect(file.id == key.id)
        #expect(try file.unlock(with: SecretBytes([])).secret.isEqual(to: key.secret))
    }

    @Test("is read back from its text, locked, with the passphrase alone")
    func locked() throws {
        let key = MasterKey.random()
        let passphrase = SecretBytes(Array("correct horse".utf8))
        let text = try MasterKeyFile(key, lockedBy: passphrase, cost: try #require(Self.cheap)).text
        #expect(!text.reveal { String(decoding: $0, as: UTF8.self) }.contains(Hex.encode(key.secret.bytes)))
        let file = try MasterKeyFile(reading: text)
        #expect(file.id == key.id)
        #expect(try file.unlock(with: passphrase).secret.isEqual(to: key.secret))
        for wrong in ["correct horsf", "", "correct horse "] {
            let fault = #expect(throws: Fault.self) { try file.unlock(with: SecretBytes(Array(wrong.utf8))) }
            #expect(fault?.code == "wrong-passphrase")
        }
    }

    @Test("is refused with any line changed, and does not spend memory that a file asks for")
    func damaged() throws {
        let cheap = try #require(Self.cheap)
        let texts = [
            MasterKeyFile(.random()).text,
            try MasterKeyFile(.random(), lockedBy: SecretBytes([1]), cost: cheap).text,
        ].map { $0.reveal { String(decoding: $0, as: UTF8.self) } }
        let changes: [(String, String)] = [
            ("key 1", "key 2"), ("id ", "id 0"), ("id ", "iD "), ("m=64", "m=999999999"), ("t=1", "t=0"),
            ("p=1", "p=x"),
            ("salt ", "salt 00"), ("box ", "box 0"), ("box ", "lid "),
        ]
        for text in texts {
            for (old, new) in changes where text.contains(old) {
                let other = String(text.split(separator: old, maxSplits: 1).joined(separator: new))
                let fault = #expect(throws: Fault.self, "\(new)") { try MasterKeyFile(reading: Secret(other)) }
                #expect(fault?.code == "not-a-master-key")
            }
            for count in [0, 1, 20, 30, 50] {
                #expect(throws: Fault.self) { try MasterKeyFile(reading: Secret(String(text.prefix(count)))) }
            }
        }
    }

    @Test("is refused when its key is not the one that its id names")
    func otherKey() {
        let text = MasterKeyFile(.random()).text.reveal { String(decoding: $0, as: UTF8.self) }
        let other = MasterKeyFile(.random()).text.reveal { String(decoding: $0, as: UTF8.self) }
        let mixed = text.split(separator: "\n").prefix(2) + other.split(separator: "\n").suffix(1)
        #expect(throws: Fault.self) { try MasterKeyFile(reading: Secret(mixed.joined(separator: "\n"))) }
    }

    @Test("is kept in a file of its owner alone, once")
    func store() throws {
        let folder = TemporaryFolder()
        let store = MasterKeyStore(path: folder.file("master-key"))
        #expect(try store.read() == nil)
        let key = MasterKey.random()
        try store.create(MasterKeyFile(key))
        #expect(try store.read()?.id == key.id)
        var info = stat()
        #expect(stat(store.path, &info) == 0 && info.st_mode & 0o777 == 0o600)
        let error = #expect(throws: SystemError.self) { try store.create(MasterKeyFile(.random())) }
        #expect(error?.errno == EEXIST)
        #expect(try store.read()?.id == key.id)
        #expect(folder.files() == ["master-key"])
    }

    @Test("that others may read is refused", arguments: [0o640, 0o604, 0o660, 0o610] as [mode_t])
    func exposed(_ mode: mode_t) throws {
        let folder = TemporaryFolder()
        let store = MasterKeyStore(path: folder.file("master-key"))
        try store.create(MasterKeyFile(.random()))
        chmod(store.path, mode)
        let fault = #expect(throws: Fault.self) { _ = try store.read() }
        #expect(fault?.code == "master-key-exposed")
    }
}
