import AgBase
import AgBlobs
import AgLibrary
import AgModel
import AgSQL
import AgTesting
import Glibc
import Testing

@Suite("Verification", .everyEngine, .timeLimit(.minutes(3)))
struct VerifierTests {
    let picture = PNGFile.drawn(60, 40)

    private func verify(_ desk: LibraryDesk, repair: Bool = false) async throws -> VerifyReport {
        let ground = desk.library.ground
        return try await Verifier(
            database: ground.database, blobs: ground.blobs, queue: ground.queue, time: ground.time, grace: .zero
        ).verify(repair: repair)
    }

    private func damage(_ path: String, in desk: LibraryDesk) throws {
        let file = open("\(desk.folder.path)/\(path)", O_WRONLY)
        try #require(file >= 0)
        #expect(pwrite(file, [0x55], 1, 30) == 1)
        close(file)
    }

    @Test("finds nothing wrong where nothing is")
    func sound() async throws {
        try await LibraryDesk.with { desk in
            try await desk.upload(picture)
            try await desk.work()
            let report = try await verify(desk)
            #expect(report.isSound && report.findings.isEmpty)
            #expect(report.originals == 1 && report.variants == 6)
            #expect(report.bytesRead > Int64(picture.count))
        }
    }

    @Test("finds a flipped byte of a variant and has it made again")
    func changedVariant() async throws {
        try await LibraryDesk.with { desk in
            let id = try await desk.upload(picture).image.id
            try await desk.work()
            let path = try #require(try await desk.library.images.details(id).variants.last?.path?.text)
            try damage(path, in: desk)
            #expect(try await verify(desk).findings.map(\.kind) == [.changedFile])
            #expect(try await verify(desk).isSound == false)
            #expect(try await verify(desk, repair: true).isSound)
            try await desk.work()
            #expect(try await verify(desk).findings.isEmpty)
            #expect(try await desk.library.images.progress(id).status == .completed)
            #expect(desk.folder.files(below: "quarantine").count == 1)
        }
    }

    @Test("marks an original lost that is gone, serves a clear answer, and is healed by the same upload")
    func lostOriginal() async throws {
        try await LibraryDesk.with { desk in
            let outcome = try await desk.upload(picture)
            try await desk.work()
            #expect(unlink("\(desk.folder.path)/\(outcome.image.original.path)") == 0)
            #expect(try await verify(desk, repair: true).findings.map(\.kind) == [.missingFile])
            #expect(try await verify(desk).findings.map(\.kind) == [.lostOriginal])
            #expect(try await verify(desk).isSound == false)
            let fault = await #expect(throws: Fault.self) {
                _ = try await desk.library.delivery.original(outcome.image.id)
            }
            #expect(fault?.code == "original-lost")
            let healed = try await desk.upload(picture)
            #expect(!healed.isNew && healed.image.id == outcome.image.id)
            #expect(try await verify(desk).findings.isEmpty)
            _ = try await desk.library.delivery.original(outcome.image.id)
        }
    }

    @Test("is not needed for an upload to heal an original whose file is gone or cut short", arguments: [true, false])
    func healedByUpload(_ isGone: Bool) async throws {
        try await LibraryDesk.with { desk in
            let first = try await desk.upload(picture)
            let path = "\(desk.folder.path)/\(first.image.original.path)"
            #expect((isGone ? unlink(path) : truncate(path, 20)) == 0)
            let outcomes = try await withThrowingTaskGroup(of: UploadOutcome.self) { group in
                for _ in 0..<8 { group.addTask { try await desk.upload(picture) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.allSatisfy { !$0.isNew && $0.image.id == first.image.id })
            #expect(try await verify(desk).findings.isEmpty)
            #expect(desk.folder.files(below: "quarantine").count == (isGone ? 0 : 1))
            #expect(desk.temporaryFiles.isEmpty)
        }
    }

    @Test("takes an original back that was marked lost and is there again", arguments: [true, false])
    func foundAgain(_ isByRepair: Bool) async throws {
        try await LibraryDesk.with { desk in
            let outcome = try await desk.upload(picture)
            try await desk.work()
            let path = "\(desk.folder.path)/\(outcome.image.original.path)"
            #expect(rename(path, "\(desk.folder.path)/away") == 0)
            _ = try await verify(desk, repair: true)
            #expect(rename("\(desk.folder.path)/away", path) == 0)
            #expect(try await verify(desk).findings.map(\.kind) == [.foundAgain])
            if isByRepair {
                #expect(try await verify(desk, repair: true).isSound)
            } else {
                try await desk.upload(picture)
            }
            #expect(try await verify(desk).findings.isEmpty)
            _ = try await desk.library.delivery.original(outcome.image.id)
        }
    }

    @Test("goes on past a file that cannot be read, and says which")
    func unreadable() async throws {
        try await LibraryDesk.with { desk in
            let id = try await desk.upload(picture).image.id
            try await desk.work()
            let path = try #require(try await desk.library.images.details(id).variants.last?.path?.text)
            #expect(unlink("\(desk.folder.path)/\(path)") == 0 && mkdir("\(desk.folder.path)/\(path)", 0o700) == 0)
            let report = try await verify(desk)
            #expect(report.findings.map(\.kind) == [.unreadableFile])
            #expect(report.variants == 6)
            #expect(!report.isSound)
            #expect(rmdir("\(desk.folder.path)/\(path)") == 0)
        }
    }

    @Test("finds a thumbnail whose bytes changed in its row, and has it made again")
    func thumbnail() async throws {
        try await LibraryDesk.with { desk in
            let id = try await desk.upload(picture).image.id
            try await desk.work()
            try await desk.library.ground.database.write { tx in
                _ = try tx.execute("UPDATE image_variants SET content = \([UInt8]([1, 2])) WHERE content IS NOT NULL")
            }
            #expect(try await verify(desk).findings.map(\.kind) == [.changedFile])
            #expect(try await verify(desk, repair: true).isSound)
            try await desk.work()
            #expect(try await verify(desk).findings.isEmpty)
            #expect(try await desk.library.images.progress(id).status == .completed)
        }
    }

    @Test("quarantines an original that was changed and deletes nothing")
    func changedOriginal() async throws {
        try await LibraryDesk.with { desk in
            let outcome = try await desk.upload(picture)
            try await desk.work()
            try damage(outcome.image.original.path.text, in: desk)
            #expect(try await verify(desk, repair: true).findings.map(\.kind) == [.changedFile])
            #expect(desk.folder.files(below: "quarantine").count == 1)
            #expect(try await desk.count("images") == 1)
            try await desk.upload(picture)
            #expect(try await verify(desk).findings.isEmpty)
        }
    }

    @Test("finds a file that no row refers to, and moves it when it is old enough")
    func stray() async throws {
        try await LibraryDesk.with { desk in
            try await desk.upload(picture)
            let store = desk.library.ground.blobs
            let file = try store.begin(.accepted)
            try file.append([1, 2, 3])
            let blob = StagedBlob(file: file, path: BlobPath("images/2026/01/01/original/aa/stray.png"))
            try await store.keep([blob])
            await store.settle([blob])
            let young = try await desk.library.ground.verifier.verify(repair: true)
            #expect(young.findings.map(\.kind) == [.strayFile] && !young.isSound)
            #expect(desk.folder.files(below: "quarantine").isEmpty)
            #expect(try await verify(desk).findings.map(\.kind) == [.strayFile])
            #expect(try await verify(desk, repair: true).isSound)
            #expect(try await verify(desk).findings.isEmpty)
            #expect(desk.folder.files(below: "quarantine").count == 1)
        }
    }
}

@Suite("An old database beside newer files", .everyEngine, .timeLimit(.minutes(1)))
struct OldDatabaseTests {
    @Test("is found by a verification, which says so and moves nothing that is young")
    func restored() async throws {
        // A file that is copied.
        guard Engine.current == .sqlite else { return }
        let folder = TemporaryFolder()
        try await LibraryDesk.with(folder: folder) { _ = try await $0.upload(PNGFile.drawn(8, 8, seed: 1)) }
        let old = try OpenFile(reading: folder.file("argentum.sqlite"))
        let bytes = try old.read(at: 0, count: Int(try old.length()))
        try await LibraryDesk.with(folder: folder) { desk in
            for seed in 2...3 { try await desk.upload(PNGFile.drawn(8, 8, seed: seed)) }
        }
        try PrivateFile.write(String(decoding: [UInt8](), as: UTF8.self), to: folder.file("argentum.sqlite"))
        let restored = open(folder.file("argentum.sqlite"), O_WRONLY)
        #expect(bytes.withUnsafeBytes { write(restored, $0.baseAddress, $0.count) } == bytes.count)
        close(restored)
        try await LibraryDesk.with(folder: folder) { desk in
            let report = try await desk.library.ground.verifier.verify(repair: true)
            #expect(report.findings.map(\.kind) == [.strayFile, .strayFile])
            #expect(report.newerFiles == 2 && !report.isSound)
            #expect(desk.pictureFiles.count == 3)
        }
    }
}

@Suite("A crash", .everyEngine, .timeLimit(.minutes(2)))
struct CrashTests {
    @Test("between name and row leaves nothing after the next start")
    func betweenNameAndRow() async throws {
        // On a shared database the lease of the process that died has to end first: `NodesTests`.
        guard Engine.current == .sqlite else { return }
        let folder = TemporaryFolder()
        let path = BlobPath("images/2026/01/01/original/aa/half.png")
        try await LibraryDesk.with(folder: folder) { desk in
            let file = try desk.library.ground.blobs.begin(.accepted)
            try file.append([1])
            try await desk.library.ground.blobs.keep([StagedBlob(file: file, path: path)])
        }
        #expect(folder.files(below: "images").count == 1)
        try await LibraryDesk.with(folder: folder) { desk in
            #expect(desk.pictureFiles.isEmpty && desk.temporaryFiles.isEmpty)
        }
    }

    @Test("after the answer to a deletion still removes the files")
    func afterDeletion() async throws {
        let folder = TemporaryFolder()
        try await LibraryDesk.with(folder: folder) { desk in
            let id = try await desk.upload(PNGFile.drawn(8, 8)).image.id
            // The removals are not running: the process dies right after the commit.
            try await desk.library.images.delete(id)
            #expect(desk.pictureFiles.count == 1)
        }
        try await LibraryDesk.with(folder: folder) { desk in
            #expect(try await desk.library.ground.verifier.verify().findings.isEmpty)
            try await desk.library.ground.removals.removeAll()
            #expect(desk.pictureFiles.isEmpty)
        }
    }
}
