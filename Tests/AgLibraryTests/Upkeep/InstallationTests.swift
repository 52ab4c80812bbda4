import AgBase
import AgBlobs
import AgSQL
import AgTesting
import Glibc
import Testing

@testable import AgLibrary

/// Whether a storage belongs to a database, at every start.
@Suite("A database and its storage", .everyEngine, .timeLimit(.minutes(2)))
struct InstallationTests {
    private let picture = PNGFile.drawn(20, 10)
    private let log = Log(to: SilentSink())

    private func settings(_ database: TemporaryFolder, _ storage: TemporaryFolder) async throws -> LibrarySettings {
        var settings = LibrarySettings(dataFolder: database.path)
        settings.database = try await Engine.current.place(in: database)
        settings.storage = .folder(storage.path)
        return settings
    }

    /// What a start needs of the library, without codecs.
    ///
    /// - Parameter isShared: as the engine is, unless it is said.
    private func open(
        _ database: TemporaryFolder, _ storage: TemporaryFolder, isShared: Bool? = nil
    ) async throws -> InstallationID? {
        let settings = try await settings(database, storage)
        let doors = try await LibraryDoors.open(settings, log: log)
        do {
            try await settings.database.migrate(Migrator(LibraryGround.migrations), through: doors.database)
            let isShared = isShared ?? settings.database.isShared
            try await Installation(doors, isShared: isShared, time: SystemTime()).join()
            let id = try await doors.blobs.installation()
            await doors.database.close()
            return id
        } catch {
            await doors.database.close()
            throw error
        }
    }

    private func expectRefused(
        _ database: TemporaryFolder, _ storage: TemporaryFolder, isShared: Bool? = nil,
        _ isRight: (InstallationMismatch) -> Bool
    ) async {
        let error = await #expect(throws: InstallationMismatch.self) {
            _ = try await open(database, storage, isShared: isShared)
        }
        #expect(error.map(isRight) == true, "\(error.map { "\($0)" } ?? "")")
    }

    /// An installation with one picture, its rows and its files in folders of their own.
    private func installation() async throws -> (database: TemporaryFolder, storage: TemporaryFolder) {
        let folder = TemporaryFolder()
        try await LibraryDesk.with(folder: folder) { _ = try await $0.upload(picture) }
        let storage = TemporaryFolder()
        for name in ["images", InstallationMark.fileName] {
            try #require(rename(folder.file(name), storage.file(name)) == 0)
        }
        return (folder, storage)
    }

    private func setMark(_ storage: TemporaryFolder, _ text: String?) throws {
        unlink(storage.file(InstallationMark.fileName))
        if let text { try PrivateFile.write(text, to: storage.file(InstallationMark.fileName)) }
    }

    private func forgetRow(_ database: TemporaryFolder) async throws {
        let rows = try await Engine.current.open(in: database)
        try await rows.write { _ = try $0.execute("DELETE FROM library_state WHERE name = 'installation'") }
        await rows.close()
    }

    @Test("get one id at their first start, and keep it")
    func firstStart() async throws {
        let (database, storage) = (TemporaryFolder(), TemporaryFolder())
        let id = try #require(try await open(database, storage))
        #expect(try await open(database, storage) == id)
        #expect(try PrivateFile.read(storage.file("installation.json")) == "{\"installation\":\"\(id)\"}\n")
    }

    @Test("are refused when each belongs to another installation, empty or not")
    func another() async throws {
        let (mine, theirs) = (try await installation(), try await installation())
        let empty = (TemporaryFolder(), TemporaryFolder())
        _ = try await open(empty.0, empty.1)
        for storage in [theirs.storage, empty.1] {
            await expectRefused(mine.database, storage) { if case .another = $0 { true } else { false } }
        }
        await expectRefused(empty.0, mine.storage) { if case .another = $0 { true } else { false } }
    }

    @Test("are refused when the database is new and the storage holds an installation's pictures")
    func newDatabase() async throws {
        let (_, storage) = try await installation()
        await expectRefused(TemporaryFolder(), storage) { if case .strange = $0 { true } else { false } }
        #expect(storage.files(below: "images").count == 1)
    }

    @Test("work on when the mark is missing and the storage holds a picture of the rows, as in a restored backup")
    func healed() async throws {
        let (database, storage) = try await installation()
        let id = try await open(database, storage)
        try setMark(storage, nil)
        #expect(try await open(database, storage) == id)
        // And so does a database from before ids, or both.
        try await forgetRow(database)
        #expect(try await open(database, storage) == id)
        try await forgetRow(database)
        try setMark(storage, nil)
        #expect(try await open(database, storage) != nil)
    }

    @Test("are refused when the storage has neither mark nor pictures: it is not mounted, or another folder")
    func unmounted() async throws {
        let (database, _) = try await installation()
        let empty = TemporaryFolder()
        await expectRefused(database, empty) { if case .unmarked = $0 { true } else { false } }
        try await forgetRow(database)
        await expectRefused(database, empty) { if case .unmarked = $0 { true } else { false } }
        #expect(!empty.files().contains(InstallationMark.fileName))
    }

    @Test("work on with an empty storage when the operator writes the mark that the sentence names")
    func goOn() async throws {
        let (database, _) = try await installation()
        for forgets in [false, true] {
            let empty = TemporaryFolder()
            if forgets { try await forgetRow(database) }
            let error = await #expect(throws: InstallationMismatch.self) { _ = try await open(database, empty) }
            guard case .unmarked(let id)? = error else { return #expect(Bool(false), "refused for another reason") }
            let sentence = error?.sentence(storage: "S", database: "D") ?? ""
            let words = sentence.split(separator: " ").first { $0.hasPrefix("{") }
            try setMark(empty, words.map(String.init))
            #expect(try await open(database, empty) == id)
        }
    }

    @Test("of a database without pictures: one machine's takes another empty folder, one that nodes share does not")
    func empty() async throws {
        let (database, first) = (TemporaryFolder(), TemporaryFolder())
        let id = try await open(database, first, isShared: true)
        await expectRefused(database, TemporaryFolder(), isShared: true) {
            if case .unmarked = $0 { true } else { false }
        }
        #expect(try await open(database, TemporaryFolder(), isShared: false) == id)
    }

    @Test("of two nodes that start at once: one folder gets one id, and of two folders one is refused")
    func race() async throws {
        for _ in 0..<Effort.rounds(short: 3, full: 30) {
            let (database, storage) = (TemporaryFolder(), TemporaryFolder())
            // Made once, before two ask for it.
            _ = try await Engine.current.place(in: database)
            async let one = open(database, storage)
            async let two = open(database, storage)
            let ids = try await [one, two]
            #expect(ids[0] != nil && ids[0] == ids[1])

            let (rows, first, second) = (TemporaryFolder(), TemporaryFolder(), TemporaryFolder())
            _ = try await Engine.current.place(in: rows)
            async let here = try? open(rows, first, isShared: true)
            async let there = try? open(rows, second, isShared: true)
            let started = await [here, there].compactMap(\.self)
            #expect(started.count == 1)
        }
    }

    @Test("are refused when the mark is damaged, with what to do")
    func damaged() async throws {
        let (database, storage) = try await installation()
        try setMark(storage, "{\"installation\":")
        let error = await #expect(throws: BlobError.self) { _ = try await open(database, storage) }
        #expect(error?.code == .changed)
        let settings = try await settings(database, storage)
        let sentence = error.flatMap { OpeningTrouble.sentence(for: $0, settings) } ?? ""
        #expect(sentence.contains("installation.json is damaged") && sentence.contains("remove it"), "\(sentence)")
    }

    @Test("are compared by a check that only looks, which writes neither")
    func inspected() async throws {
        let (database, storage) = try await installation()
        let settings = try await settings(database, storage)
        try setMark(storage, nil)
        try await LibraryGround.inspect(settings, log: log).close()
        #expect(!storage.files().contains(InstallationMark.fileName))
        try setMark(storage, InstallationMark(.make()).text)
        await #expect(throws: InstallationMismatch.self) { _ = try await LibraryGround.inspect(settings, log: log) }
    }
}
