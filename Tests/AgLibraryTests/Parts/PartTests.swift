import AgBase
import AgBlobs
import AgJobs
import AgModel
import AgSQL
import AgTesting
import Testing

@testable import AgLibrary

/// A new subject is one value in one list: nothing else is told of it here.
@Suite("A part of the library", .everyEngine, .timeLimit(.minutes(2)))
struct PartTests {
    private static let parts: [any LibraryPart.Type] = LibraryParts.all + [AlbumsPart.self]

    private func with(_ body: (LibraryDesk, AlbumsPart) async throws -> Void) async throws {
        try await LibraryDesk.with(parts: Self.parts) { desk in try await body(desk, desk.library[AlbumsPart.self]) }
    }

    @Test("brings its tables, its door, its check and its metrics")
    func brings() async throws {
        try await with { desk, part in
            try await part.albums.make("a")
            #expect(try await part.albums.count() == 1)
            let check = try #require(desk.library.checks.first { $0.name == "albums" })
            try await check.run()
            let text = try await desk.library.metrics().map(\.text).joined()
            #expect(text.contains("\nalbums 1\n"))
            #expect(text.contains("argentum_jobs") && text.contains("argentum_database_waiting_writes"))
            #expect(
                Self.parts.eventTypes.contains(.backupUpdated) && !LibraryParts.all.eventTypes.contains(.backupUpdated))
        }
    }

    @Test("has its jobs done and its upkeep run by the library")
    func works() async throws {
        try await with { desk, part in
            try await part.albums.make("a")
            let spec = JobSpec(kind: JobKind("count-albums"), subject: "all", isAboutImage: false)
            _ = try await desk.library.ground.database.write { try desk.library.ground.queue.enqueue(spec, in: $0) }
            #expect(desk.library.workedKinds == LibraryParts.all.jobKinds + [spec.kind])
            try await desk.work()
            #expect(try await desk.count("albums WHERE id = 'counted 1'") == 1)
            #expect(!part.began.all.isEmpty)
        }
    }

    @Test("keeps the files that its rows refer to from being taken for leftovers")
    func files() async throws {
        try await with { desk, part in
            let paths = [BlobPath("albums/2026/one.bin"), BlobPath("albums/2026/two.bin")]
            try await part.albums.make("a", path: paths[0])
            let ground = desk.library.ground
            let known = try await ground.database.read { connection in
                try paths.map { try ground.parts.refer(to: $0, in: connection) }
            }
            #expect(known == [true, false])
        }
    }

    @Test("has its files read by verify, which reports what is missing or changed and mends nothing of it")
    func verified() async throws {
        try await with { desk, part in
            let ground = desk.library.ground
            let paths = ["good", "changed", "missing"].map { BlobPath("albums/2026/\($0).bin") }
            for (path, byte) in zip(paths, [1, 2] as [UInt8]) {
                let file = try ground.blobs.begin(.accepted)
                try file.append([byte])
                let blobs = [StagedBlob(file: file, path: path)]
                try await ground.blobs.keep(blobs)
                await ground.blobs.settle(blobs)
            }
            for path in paths { try await part.albums.make(path.text, path: path) }
            for repair in [false, true] {
                let report = try await ground.verifier.verify(repair: repair)
                let findings = Set(report.findings.map { "\($0.kind) \($0.subject)" })
                #expect(findings == ["changedFile \(paths[1].text)", "missingFile \(paths[2].text)"])
                #expect(!report.isSound && report.originals == 0 && report.variants == 0)
            }
        }
    }

    @Test("has what it derived from an original removed with it, rows and files")
    func derived() async throws {
        try await with { desk, part in
            let image = try await desk.upload(PNGFile.drawn(9, 9)).image
            let path = BlobPath("albums/2026/looks.bin")
            try await part.albums.noteLooks(of: image.original.id, at: path)
            try await desk.library.images.delete(image.id)
            #expect(try await desk.count("album_looks") == 0)
            #expect(try await desk.count("blob_removals WHERE path = '\(path.text)'") == 1)
        }
    }

    @Test("that hears of deleted originals is called before the deletion is answered, once")
    func endings() async throws {
        try await with { desk, _ in
            let gone = Collected<OriginalID>()
            desk.library.images.whenGone { gone.add($0) }
            let picture = PNGFile.drawn(9, 9)
            let first = try await desk.upload(picture).image
            let second = try await desk.upload(picture, at: UploadTarget(fixedID: .make())).image
            try await desk.library.images.delete(first.id)
            #expect(gone.all.isEmpty, "another image shows it")
            try await desk.library.images.delete(second.id)
            #expect(gone.all == [first.original.id])
        }
    }
}

@Suite("An image that a subject uses", .everyEngine, .timeLimit(.minutes(2)))
struct ImageUseTests {
    private func with(_ body: (LibraryDesk, Albums) async throws -> Void) async throws {
        try await LibraryDesk.with(parts: LibraryParts.all + [AlbumsPart.self]) { desk in
            try await body(desk, desk.library[AlbumsPart.self].albums)
        }
    }

    @Test("is not deleted: the refusal names what uses it")
    func refused() async throws {
        try await with { desk, albums in
            let (used, free) = try await two(desk)
            try await albums.make("b", cover: used)
            try await albums.make("a", cover: used)
            let fault = await #expect(throws: Fault.self) { try await desk.library.images.delete(used) }
            #expect(fault?.kind == .conflict && fault?.code == "in-use")
            #expect(fault?.details.map(\.subject) == ["album:a", "album:b"])
            #expect(fault?.message.contains("the cover of the album a, the cover of the album b") == true)
            #expect(try await desk.library.images.image(used).id == used)
            try await desk.library.images.delete(free)
        }
    }

    @Test("names twenty users at most")
    func many() async throws {
        try await with { desk, albums in
            let (used, _) = try await two(desk)
            for index in 0..<23 { try await albums.make("album \(index)", cover: used) }
            let fault = await #expect(throws: Fault.self) { try await desk.library.images.delete(used) }
            #expect(fault?.details.count == 20)
        }
    }

    @Test("is deleted when that is forced, and taken out of what uses it in the same transaction")
    func forced() async throws {
        try await with { desk, albums in
            let (used, other) = try await two(desk)
            try await albums.make("a", cover: used)
            try await albums.make("b", cover: other)
            try await desk.library.images.delete(used, forced: true)
            await #expect(throws: Fault.self) { try await desk.library.images.image(used) }
            #expect(try await albums.covers() == ["b": other])
            #expect(try await albums.count() == 2)
            let events = "events WHERE type = 'backup-updated' AND subject_kind = 'album' AND subject_id = 'a'"
            #expect(try await desk.count(events) == 1)
        }
    }

    @Test("and is gone for a use that comes after the deletion")
    func late() async throws {
        try await with { desk, albums in
            let (image, _) = try await two(desk)
            try await desk.library.images.delete(image)
            let fault = await #expect(throws: Fault.self) { try await albums.make("a", cover: image) }
            #expect(fault?.code == "no-such-image")
        }
    }

    private func two(_ desk: LibraryDesk) async throws -> (ImageID, ImageID) {
        (
            try await desk.upload(PNGFile.drawn(9, 9, seed: 1)).image.id,
            try await desk.upload(PNGFile.drawn(9, 9, seed: 2)).image.id
        )
    }
}

@Suite("Rows that are derived from an original", .everyEngine, .timeLimit(.minutes(2)))
struct CascadeTests {
    private static let before = LibraryGround.migrations.filter { $0.number != 9 }
    private static let derived = ["image_variants", "image_metadata", "unfinished_originals"]

    @Test("of a database from before go with it after the migration, also on connections that were open")
    func migrated() async throws {
        let folder = TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let database = try await Engine.current.open(in: folder, Self.before)
        try await fill(database)
        _ = try await database.read { try $0.value("SELECT count(*) FROM image_variants") as Int? }
        try await Migrator(LibraryGround.migrations).migrate(database)
        try await delete(database)
        await database.close()
        let again = try await Engine.current.open(in: folder, LibraryGround.migrations)
        #expect(try await again.integrityFindings().isEmpty)
        await again.close()
    }

    @Test("of a new database go with it")
    func fresh() async throws {
        let folder = TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let database = try await Engine.current.open(in: folder, LibraryGround.migrations)
        try await fill(database)
        try await delete(database)
        await database.close()
    }

    @Test("stay when the migration was only tried")
    func rehearsed() async throws {
        let folder = TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let database = try await Engine.current.open(in: folder, Self.before)
        try await fill(database)
        _ = try await Migrator(LibraryGround.migrations).rehearse(database)
        await #expect(throws: SQLError.self) {
            try await database.write { tx in
                try tx.execute("DELETE FROM session_images")
                try tx.execute("DELETE FROM images")
                try tx.execute("DELETE FROM originals")
            }
        }
        await database.close()
    }

    private func fill(_ database: any Database) async throws {
        try await database.write { tx in
            try tx.execute(
                """
                INSERT INTO originals (id, sha256, path, byte_count, format, width, height, frames, has_alpha, is_damaged,
                    created_at)
                VALUES ('o', \([UInt8](repeating: 1, count: 32)), 'p', 1, 'png', 1, 1, 1, 0, 0, 1)
                """)
            try tx.execute("INSERT INTO images (id, original_id, generation, uploaded_at) VALUES ('i', 'o', 1, 1)")
            try tx.execute("INSERT INTO session_images (session_id, image_id, linked_at) VALUES ('s', 'i', 1)")
            try tx.execute(
                """
                INSERT INTO image_variants (original_id, name, recipe, encoder, width, height, byte_count, sha256, content,
                    made_at)
                VALUES ('o', 'thumbnail', '1', 'e', 1, 1, 1, \([1] as [UInt8]), \([1] as [UInt8]), 1)
                """)
            try tx.execute("INSERT INTO image_metadata (original_id, made_at) VALUES ('o', 1)")
            try tx.execute("INSERT INTO unfinished_originals (original_id) VALUES ('o')")
        }
    }

    private func delete(_ database: any Database) async throws {
        try await database.write { tx in
            try tx.execute("DELETE FROM images WHERE id = 'i'")
            _ = try tx.execute("DELETE FROM originals WHERE id = 'o'")
        }
        for table in Self.derived + ["session_images"] {
            let count = try await database.read { try $0.value("SELECT count(*) FROM \(raw: table)") as Int? }
            #expect(count == 0, "\(table)")
        }
    }
}
