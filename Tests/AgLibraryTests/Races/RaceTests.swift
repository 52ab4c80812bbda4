import AgBase
import AgBlobs
import AgCrypto
import AgModel
import AgSQL
import AgTesting
import Synchronization
import Testing

@testable import AgImaging
@testable import AgLibrary

/// Two servers on one database and one storage, of which one is held just before its commit.
@Suite("Of two servers at once", .everyEngine, .timeLimit(.minutes(3)))
struct RaceTests {
    let picture = PNGFile.drawn(40, 30)

    /// Two desks, the first of which can be held.
    private func with(
        parts: [any LibraryPart.Type] = LibraryParts.all,
        _ body: (LibraryDesk, LibraryDesk, HoldingDatabase) async throws -> Void
    ) async throws {
        let holding = Mutex<HoldingDatabase?>(nil)
        try await LibraryDesk.with(
            parts: parts,
            through: { database in
                let held = HoldingDatabase(database)
                holding.withLock { $0 = held }
                return held
            }
        ) { one in
            try await one.withNeighbour(parts: parts) { other in
                try await body(one, other, try #require(holding.withLock { $0 }))
            }
        }
    }

    private func isSound(_ desk: LibraryDesk) async throws -> Bool {
        let ground = desk.library.ground
        try await ground.removals.removeAll()
        let report = try await ground.verifier.verify()
        #expect(report.findings.map(\.kind) == [])
        let orphans: Int? = try await ground.database.read {
            try $0.value("SELECT count(*) FROM originals WHERE id NOT IN (SELECT original_id FROM images)")
        }
        #expect(orphans == 0)
        return report.isSound && orphans == 0
    }

    private func code(_ result: Result<some Sendable, any Error>) -> String? {
        if case .failure(let fault as Fault) = result { fault.code } else { nil }
    }

    // MARK: Uploads

    @Test("one alone uses an upload URL up")
    func grant() async throws {
        try await with { one, other, held throws in
            let grant = try await one.library.grants.make(UploadGrantRequest()).grant
            let target = UploadTarget(grant: grant.id)
            let (first, second) = await held.race(
                { try await one.upload(picture, at: target) },
                { try await other.upload(PNGFile.drawn(20, 20), at: target) })
            #expect((try? first.get().isNew) == true)
            #expect(code(second) == "grant-used")
            #expect(try await one.count("images") == 1)
            #expect(try await isSound(one))
        }
    }

    @Test("both store the same bytes once, and answer with the same picture")
    func sameBytes() async throws {
        try await with { one, other, held throws in
            let (first, second) = await held.race(
                { try await one.upload(picture) }, { try await other.upload(picture) })
            let outcomes = [try first.get(), try second.get()]
            #expect(outcomes.map(\.isNew) == [true, false])
            #expect(Set(outcomes.map(\.image.id)).count == 1)
            #expect(try await one.count("originals") == 1)
            #expect(one.pictureFiles.count == 1)
            #expect(try await isSound(one))
        }
    }

    @Test("the same pictures in another order are stored without a deadlock")
    func batches() async throws {
        let pictures = (0..<4).map { PNGFile.drawn(20 + $0, 20) }
        try await with { one, other, held throws in
            let store = { @Sendable (desk: LibraryDesk, bytes: [[UInt8]]) in
                var accepted: [AcceptedUpload] = []
                for bytes in bytes { accepted.append(try await desk.accept(bytes)) }
                return try await desk.library.uploads.store(accepted, at: UploadTarget())
            }
            let (first, second) = await held.race(
                { try await store(one, pictures) }, { try await store(other, pictures.reversed()) })
            #expect(try first.get().map(\.image.id) == second.get().reversed().map(\.image.id))
            #expect(try await one.count("images") == 4)
            #expect(try await isSound(one))
        }
    }

    @Test("one alone gets an id that both ask for, and the other is told so")
    func fixedID() async throws {
        let id = ImageID.make()
        try await with { one, other, held throws in
            let target = UploadTarget(fixedID: id)
            let (first, second) = await held.race(
                { try await one.upload(picture, at: target) },
                { try await other.upload(PNGFile.drawn(20, 20), at: target) })
            #expect((try? first.get().image.id) == id)
            #expect(code(second) == "id-taken")
            #expect(one.pictureFiles.count == 1)
            #expect(try await isSound(one))
        }
    }

    // MARK: Deletions

    @Test("two deletions of an original's last two pictures take the original along")
    func lastTwo() async throws {
        try await with { one, other, held throws in
            let first = try await one.upload(picture).image.id
            let second = try await one.upload(picture, at: UploadTarget(fixedID: .make())).image.id
            let (a, b) = await held.race(
                { try await one.library.images.delete(first) }, { try await other.library.images.delete(second) })
            _ = (try a.get(), try b.get())
            #expect(try await one.count("originals") == 0)
            #expect(try await one.count("unfinished_originals") == 0)
            #expect(try await isSound(one))
            #expect(one.pictureFiles.isEmpty)
        }
    }

    @Test("one alone deletes a picture")
    func sameDeletion() async throws {
        try await with { one, other, held throws in
            let id = try await one.upload(picture).image.id
            let (a, b) = await held.race(
                { try await one.library.images.delete(id) }, { try await other.library.images.delete(id) })
            _ = try a.get()
            #expect(code(b) == "no-such-image")
            #expect(try await isSound(one))
        }
    }

    @Test("an upload of bytes that are being deleted stores them anew", arguments: [true, false])
    func deletionAndUpload(_ isDeletionHeld: Bool) async throws {
        try await with { one, other, held throws in
            let id = try await one.upload(picture).image.id
            if isDeletionHeld {
                let (deleted, stored) = await held.race(
                    { try await one.library.images.delete(id) }, { try await other.upload(picture) })
                _ = try deleted.get()
                #expect(try stored.get().isNew)
                #expect(try await one.count("images") == 1)
            } else {
                let (stored, deleted) = await held.race(
                    { try await one.upload(picture) }, { try await other.library.images.delete(id) })
                _ = (try stored.get(), try deleted.get())
                #expect(try await one.count("images") == 0)
            }
            #expect(try await isSound(one))
        }
    }

    // MARK: Derived pictures

    private func recorder(_ original: Original, _ desk: LibraryDesk) -> VariantRecorder {
        let ground = desk.library.ground
        return VariantRecorder(
            original: original, blobs: ground.blobs, removals: ground.removals, nodes: desk.library.nodes,
            time: desk.clock)
    }

    @Test("an original that loses an outcome while its others are recorded stays unfinished", arguments: [true, false])
    func unfinished(_ isRecordHeld: Bool) async throws {
        try await with { one, other, held throws in
            let image = try await one.upload(picture).image
            try await one.work()
            try await held.write { tx in try UnfinishedOriginals.add(image.original.id, in: tx) }
            let record = { @Sendable (desk: LibraryDesk) in
                try await desk.library.ground.database.write { tx in
                    try recorder(image.original, desk).record([VariantRow](), in: tx)
                }
            }
            let lose = { @Sendable (desk: LibraryDesk) in
                _ = try await desk.library.ground.verifier.makeAgain(image.original.id, where: "name = 'small.webp'")
            }
            let (a, b) = await held.race(
                { try await (isRecordHeld ? record : lose)(one) }, { try await (isRecordHeld ? lose : record)(other) })
            _ = (try a.get(), try b.get())
            #expect(try await one.count("unfinished_originals") == 1)
        }
    }

    @Test("two that record the same variant leave no file behind that no row has")
    func variants() async throws {
        try await with { one, other, held throws in
            let image = try await one.upload(picture).image
            try await one.work()
            let recordAgain = { @Sendable (desk: LibraryDesk) in
                let recorder = recorder(image.original, desk)
                let kept = try await recorder.keep([try rendered(in: desk.folder)])
                try await desk.library.ground.database.write { tx in try recorder.record(kept, in: tx) }
                await recorder.settle(kept)
            }
            let (a, b) = await held.race({ try await recordAgain(one) }, { try await recordAgain(other) })
            _ = (try a.get(), try b.get())
            #expect(try await isSound(one))
            #expect(one.pictureFiles.count == 7)
        }
    }

    /// What a codec could have delivered, with bytes of its own each time.
    private func rendered(in folder: TemporaryFolder) throws -> RenderedPicture {
        let path = folder.file("rendered-\(UInt64.random(in: 0 ... .max))")
        let text = "rendered at \(path)"
        try PrivateFile.write(text, to: path)
        return RenderedPicture(
            name: "small.webp", format: .webp, width: 40, height: 30, encoding: .lossy,
            file: try DiskFiles().open(path), length: Int64(text.utf8.count))
    }

    // MARK: Uses of images

    @Test("one deletes an image, and the other finds none to use")
    func deletedBeforeUse() async throws {
        try await with(parts: LibraryParts.all + [AlbumsPart.self]) { one, other, held throws in
            let id = try await one.upload(picture).image.id
            let (first, second) = await held.race(
                { try await one.library.images.delete(id) },
                { try await other.library[AlbumsPart.self].albums.make("a", cover: id) })
            #expect((try? first.get()) != nil)
            #expect(code(second) == "no-such-image")
            #expect(try await one.count("albums") == 0)
        }
    }

    @Test("one begins to use an image, and the other cannot delete it")
    func usedBeforeDeletion() async throws {
        try await with(parts: LibraryParts.all + [AlbumsPart.self]) { one, other, held throws in
            let id = try await one.upload(picture).image.id
            let (first, second) = await held.race(
                { try await one.library[AlbumsPart.self].albums.make("a", cover: id) },
                { try await other.library.images.delete(id) })
            #expect((try? first.get()) != nil)
            #expect(code(second) == "in-use")
            #expect(try await one.library[AlbumsPart.self].albums.covers() == ["a": id])
            #expect(try await isSound(one))
        }
    }

    // MARK: Keys

    @Test("the first start makes the key that both sign with")
    func firstKey() async throws {
        let folder = TemporaryFolder()
        let one = HoldingDatabase(try await Engine.current.open(in: folder, LibraryGround.migrations))
        let other = try await Engine.current.open(in: folder, LibraryGround.migrations)
        let log = Log(to: SilentSink())
        let (a, b) = await one.race(
            { try await SignedURLs.load(from: one, time: SystemTime(), log: log) },
            { try await SignedURLs.load(from: other, time: SystemTime(), log: log) })
        let (first, second) = (try a.get(), try b.get())
        let signed = first.sign(path: "/a", items: [], lives: .seconds(60)).query
        #expect(try await second.check(path: "/a", items: items(signed)) > .zero)
        #expect(try await other.read { try $0.value("SELECT count(*) FROM signing_keys") as Int? } == 1)
        await one.close()
        await other.close()
    }

    private func items(_ query: String) -> [SignedURL.Item] {
        query.split(separator: "&").map { pair in
            let sides = pair.split(separator: "=", maxSplits: 1)
            return SignedURL.Item(String(sides[0]), String(sides[1]))
        }
    }
}
