import AgBase
import AgCrypto
import AgModel
import AgSQL
import AgTesting
import AgWire
import Glibc
import Testing

@testable import AgLibrary

@Suite("The master key", .everyEngine, .timeLimit(.minutes(2)))
struct MasterKeyTests {
    let picture = PNGFile.drawn(40, 30)

    private func settings(key: String? = nil, next: String? = nil, passphrase: String? = nil) -> MasterKeySettings {
        var settings = MasterKeySettings()
        settings.key = key.map { Secret($0) }
        settings.nextKey = next.map { Secret($0) }
        settings.passphrase = passphrase.map { Secret($0) }
        return settings
    }

    private func code(_ body: () async throws -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? Fault)?.code ?? "\(error)"
        }
    }

    /// Seals one picture in a folder.
    @discardableResult
    private func begin(_ folder: TemporaryFolder, _ settings: MasterKeySettings) async throws -> PixstoreRecord {
        try await LibraryDesk.with(folder: folder, masterKey: settings) { desk in
            try await desk.record(try await desk.upload(picture).image.id.text)
        }
    }

    @Test("is made at first use, for its owner alone, and read after that")
    func firstUse() async throws {
        let folder = TemporaryFolder()
        let record = try await begin(folder, MasterKeySettings())
        var info = stat()
        #expect(stat(folder.file("master.key"), &info) == 0 && info.st_mode & 0o777 == 0o600)
        let again = try await begin(folder, MasterKeySettings())
        #expect(again.token == record.token && again.seal.key.isEqual(to: record.seal.key))
    }

    @Test("lies locked where there is a passphrase, and opens with that one alone")
    func passphrase() async throws {
        let folder = TemporaryFolder()
        try await begin(folder, settings(passphrase: "correct horse"))
        let text = try #require(try PrivateFile.read(folder.file("master.key")))
        #expect(text.contains("argon2id") && !text.contains("\nkey "))
        try await begin(folder, settings(passphrase: "correct horse"))
        #expect(await code { try await begin(folder, settings(passphrase: "wrong")) } == "wrong-passphrase")
        #expect(await code { try await begin(folder, MasterKeySettings()) } == "passphrase-missing")
    }

    @Test(
        "that is missing, damaged, readable for others, or of another installation is refused before anything changes")
    func refused() async throws {
        let (folder, other) = (TemporaryFolder(), TemporaryFolder())
        try await begin(folder, MasterKeySettings())
        try await begin(other, MasterKeySettings())
        let path = folder.file("master.key")
        let own = try #require(try PrivateFile.read(path))
        let foreign = try #require(try PrivateFile.read(other.file("master.key")))
        let cases: [(String, () throws -> Void)] = [
            ("master-key-missing", { unlink(path) }),
            ("wrong-master-key", { try PrivateFile.write(foreign, to: path) }),
            ("not-a-master-key", { try PrivateFile.write("argentum-master-key 1\n", to: path) }),
            ("not-a-master-key", { try PrivateFile.write("", to: path) }),
            (
                "master-key-exposed",
                {
                    try PrivateFile.write(own, to: path)
                    chmod(path, 0o640)
                }
            ),
        ]
        for (wanted, spoil) in cases {
            try spoil()
            let before = folder.files().filter { !$0.contains("argentum.sqlite") }
            #expect(await code { try await begin(folder, MasterKeySettings()) } == wanted)
            #expect(folder.files().filter { !$0.contains("argentum.sqlite") } == before)
        }
        try PrivateFile.write(own, to: path)
        try await begin(folder, MasterKeySettings())
        for text in ["zz", String(repeating: "a", count: 63)] {
            #expect(await code { try await begin(folder, settings(key: text)) } == "not-a-master-key")
        }
        let stranger = String(repeating: "00", count: 32)
        #expect(await code { try await begin(folder, settings(key: stranger)) } == "wrong-master-key")
    }

    @Test("A worker needs none, and an installation that never sealed anything neither")
    func notNeeded() async throws {
        let folder = TemporaryFolder()
        try await LibraryDesk.with(folder: folder) { desk in _ = try await desk.upload(picture) }
        try await LibraryDesk.with(folder: folder) { _ in }
        #expect(!folder.files().contains("master.key"))
    }

    // MARK: Rotation

    private func rotate(
        _ desk: LibraryDesk, _ settings: MasterKeySettings = MasterKeySettings(), page: Int = 500,
        progress: @Sendable (Int) -> Void = { _ in }
    ) async throws -> KeyRotation.Outcome {
        let place = MasterKeyPlace(settings, folder: desk.folder.path)
        return try await KeyRotation(desk.library.ground.database, place, page: page).run(progress: progress)
    }

    /// Rows with keys of their own, as many images as that.
    private func fill(_ desk: LibraryDesk, _ count: Int) async throws {
        let image = try await desk.upload(picture).image
        _ = try await desk.record(image.id.text)
        let ring = try await desk.library.sealed.keys.keyring()
        try await desk.library.ground.database.write { tx in
            for _ in 0..<count {
                let copy = Image(
                    id: .make(), original: image.original, generation: 1, filename: nil, uploadedAt: image.uploadedAt)
                _ = try copy.insert(in: tx)
                let token = try #require(WireToken(7))
                try SealRow(
                    image: copy.id, variant: "", token: token, source: image.original.sha256, recipe: "",
                    wrapped: ring.wrap(.random(32), of: SealRow.owner(copy.id, "", token)),
                    nonce: RandomBytes.make(12), tag: RandomBytes.make(16), body: image.original.sha256
                ).save(in: tx)
            }
        }
    }

    @Test("is replaced while a server runs, without a blob touched: records go on, and all keys are under the new one")
    func rotation() async throws {
        let folder = TemporaryFolder()
        let record = try await LibraryDesk.with(folder: folder) { desk in
            let record = try await desk.record(try await desk.upload(picture).image.id.text)
            try await fill(desk, 25)
            let (old, files) = (try #require(try PrivateFile.read(folder.file("master.key"))), desk.pictureFiles)
            let outcome = try await rotate(desk, page: 10)
            #expect(outcome.rewrapped == 26 + 2 && outcome.dropped == 0)
            #expect(try PrivateFile.read(folder.file("master.key")) != old)
            #expect(!folder.files().contains("master.key.next") && desk.pictureFiles == files)
            #expect(try await desk.count("sealed_keys WHERE master_key <> '\(outcome.key)'") == 0)
            // From memory, from the rows, and a new picture.
            #expect(try await desk.ask(record, token: record.token.number).open(record) == picture)
            desk.library.sealed.cache.forgetAll()
            #expect(try await desk.ask(record, token: record.token.number).open(record) == picture)
            _ = try await desk.record(try await desk.upload(PNGFile.drawn(9, 9)).image.id.text)
            #expect(try await desk.count("sealed_keys WHERE master_key = '\(outcome.key)'") == 27)
            return record
        }
        try await LibraryDesk.with(folder: folder) { desk throws in
            #expect(try await desk.ask(record, token: record.token.number).open(record) == picture)
        }
    }

    @Test("and a replacement that was interrupted anywhere is finished by the next one")
    func interrupted() async throws {
        let folder = TemporaryFolder()
        try await LibraryDesk.with(folder: folder) { desk in
            try await fill(desk, 25)
            for _ in 1...3 {
                let task = Task {
                    try await rotate(desk, page: 5) { _ in withUnsafeCurrentTask { $0?.cancel() } }
                }
                await #expect(throws: CancellationError.self) { _ = try await task.value }
                #expect(folder.files().contains("master.key.next"))
            }
        }
        // A start in between finds both keys.
        try await LibraryDesk.with(folder: folder) { desk in
            let named: String? = try await desk.library.ground.database.read {
                try $0.value("SELECT value FROM library_state WHERE name = 'master-key'")
            }
            let outcome = try await rotate(desk)
            #expect(outcome.key == named)
            #expect(try await desk.count("sealed_keys WHERE master_key = '\(outcome.key)'") == 26)
            #expect(!folder.files().contains("master.key.next"))
            // The one after that is a new one.
            #expect(try await rotate(desk).key != named)
        }
    }

    @Test("given by a setting is replaced by the one that is given beside it")
    func givenKeys() async throws {
        let (old, new) = (String(repeating: "5a", count: 32), String(repeating: "b7", count: 32))
        let folder = TemporaryFolder()
        let record = try await begin(folder, settings(key: old))
        try await LibraryDesk.with(folder: folder, masterKey: settings(key: old, next: new)) { desk in
            #expect(await code { _ = try await rotate(desk, settings(key: old)) } == "master-key-missing")
            _ = try await rotate(desk, settings(key: old, next: new))
            #expect(try await desk.ask(record, token: record.token.number).open(record) == picture)
        }
        #expect(await code { try await begin(folder, settings(key: old)) } == "wrong-master-key")
        #expect(try await begin(folder, settings(key: new)).token == record.token)
        #expect(!folder.files().contains("master.key"))
    }

    @Test("drops a key that does not open, and goes on with the others")
    func damaged() async throws {
        try await LibraryDesk.with { desk in
            try await fill(desk, 5)
            try await desk.library.ground.database.write { tx in
                _ = try tx.execute(
                    """
                    UPDATE sealed_keys SET token = token + 1 WHERE image_id = (SELECT min(image_id) FROM sealed_keys)
                    """)
            }
            let outcome = try await rotate(desk)
            #expect(outcome.dropped == 1 && outcome.rewrapped == 5 + 2)
        }
    }

    @Test("Where nothing was ever sealed there is none to replace")
    func nothing() async throws {
        try await LibraryDesk.with { desk in
            #expect(await code { _ = try await rotate(desk) } == "no-master-key")
            #expect(!desk.folder.files().contains("master.key.next"))
        }
    }
}
