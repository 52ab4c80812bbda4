import AgBase
import AgBlobs
import AgJobs
import AgLibrary
import AgModel
import AgSQL
import AgTesting
import Glibc
import Synchronization
import Testing

/// What others do between two steps of an upload, a repair or a removal never costs a file that a row refers to.
@Suite("No name is used twice", .everyEngine, .timeLimit(.minutes(3)))
struct NamesUsedOnceTests {
    let picture = PNGFile.drawn(60, 40)

    private func verifier(_ desk: LibraryDesk, _ blobs: (any BlobStore)? = nil) -> Verifier {
        let ground = desk.library.ground
        return Verifier(
            database: ground.database, blobs: blobs ?? ground.blobs, queue: ground.queue, time: ground.time,
            grace: .zero)
    }

    /// Every row has its file and the bytes of the original are those that were sent.
    private func expectWhole(_ desk: LibraryDesk, _ id: ImageID) async throws {
        #expect(try await verifier(desk).verify().findings == [])
        let delivered = try await desk.library.delivery.original(id)
        #expect(delivered.byteCount == Int64(picture.count))
    }

    private func path(_ desk: LibraryDesk, _ image: Image) -> String { "\(desk.folder.path)/\(image.original.path)" }

    private func grant(_ desk: LibraryDesk) async throws -> UploadTarget {
        UploadTarget(grant: try await desk.library.grants.make(UploadGrantRequest()).grant.id)
    }

    /// Stops its first caller at a moment and lets all others pass.
    private final class Stop: Sendable {
        let arrived = Latch()
        let goOn = Latch()
        private let isTaken = Atomic<Bool>(false)

        func here() async throws {
            guard !isTaken.exchange(true, ordering: .sequentiallyConsistent) else { return }
            arrived.open()
            try await goOn.pass()
        }
    }

    @Test("An upload that heals and is then refused takes nothing from the one that was acknowledged")
    func refusedHeal() async throws {
        try await LibraryDesk.with { desk in
            let image = try await desk.upload(picture).image
            #expect(unlink(path(desk, image)) == 0)
            let target = try await grant(desk)
            let stop = Stop()
            let held = desk.library.uploads.keeping(
                in: HeldStore(desk.library.ground.blobs) { if $0 == .kept { try await stop.here() } })
            let accepted = try await desk.accept(picture)
            let first = Task { try await held.store([accepted], at: target) }
            try await stop.arrived.pass()
            let second = try await desk.upload(picture, at: target)
            stop.goOn.open()
            let fault = await #expect(throws: Fault.self) { _ = try await first.value }
            #expect(fault?.code == "grant-used")
            #expect(second.image.id == image.id)
            try await expectWhole(desk, image.id)
        }
    }

    @Test("Of two uploads that heal a file of the wrong length, neither moves the other's away")
    func twoHealers() async throws {
        try await LibraryDesk.with { desk in
            let image = try await desk.upload(picture).image
            #expect(truncate(path(desk, image), 20) == 0)
            let stop = Stop()
            let held = desk.library.uploads.keeping(
                in: HeldStore(desk.library.ground.blobs) { if case .quarantining = $0 { try await stop.here() } })
            let accepted = try await desk.accept(picture)
            let first = Task { try await held.store([accepted], at: UploadTarget()) }
            try await stop.arrived.pass()
            try await desk.upload(picture)
            stop.goOn.open()
            _ = try await first.value
            try await expectWhole(desk, image.id)
            #expect(desk.folder.files(below: "quarantine").count == 1)
        }
    }

    @Test("An upload of what a check found lost does not trust the file that lies there")
    func lostIsNotTrusted() async throws {
        try await LibraryDesk.with { desk in
            let image = try await desk.upload(picture).image
            let file = open(path(desk, image), O_WRONLY)
            #expect(pwrite(file, [0x55], 1, 30) == 1)
            close(file)
            let stop = Stop()
            let repair = Task {
                let held = HeldStore(desk.library.ground.blobs) {
                    if case .quarantining = $0 { try await stop.here() }
                }
                return try await verifier(desk, held).verify(repair: true)
            }
            try await stop.arrived.pass()
            try await desk.upload(picture)
            stop.goOn.open()
            #expect(try await repair.value.isSound)
            try await expectWhole(desk, image.id)
        }
    }

    @Test("A repair that found a file missing does not mark lost what was healed meanwhile")
    func healedMeanwhile() async throws {
        try await LibraryDesk.with { desk in
            let image = try await desk.upload(picture).image
            #expect(unlink(path(desk, image)) == 0)
            let held = HeldStore(desk.library.ground.blobs) {
                if $0 == .opened(image.original.path) { try await desk.upload(picture) }
            }
            #expect(try await verifier(desk, held).verify(repair: true).findings == [])
            try await expectWhole(desk, image.id)
        }
    }

    @Test("A repair lets a variant be that was made again while it was read")
    func madeAgainMeanwhile() async throws {
        try await LibraryDesk.with { desk in
            let id = try await desk.upload(picture).image.id
            try await desk.work()
            let path = try #require(try await desk.library.images.details(id).variants.last?.path)
            let file = open("\(desk.folder.path)/\(path)", O_WRONLY)
            #expect(pwrite(file, [0x55], 1, 30) == 1)
            close(file)
            let held = HeldStore(desk.library.ground.blobs) { moment in
                guard moment == .opened(path) else { return }
                for _ in 0..<2 {
                    _ = try await desk.library.images.reprocess(id, [.generateVariants])
                    try await desk.work()
                }
            }
            _ = try await verifier(desk, held).verify(repair: true)
            try await expectWhole(desk, id)
            #expect(try await desk.library.images.progress(id).status == .completed)
        }
    }

    @Test("A repair lets a file be whose row is just being written")
    func pending() async throws {
        try await LibraryDesk.with { desk in
            let stop = Stop()
            let held = desk.library.uploads.keeping(
                in: HeldStore(desk.library.ground.blobs) { if $0 == .kept { try await stop.here() } })
            let accepted = try await desk.accept(picture)
            let upload = Task { try await held.store([accepted], at: UploadTarget()) }
            try await stop.arrived.pass()
            #expect(try await verifier(desk).verify(repair: true).findings == [])
            stop.goOn.open()
            try await expectWhole(desk, try await upload.value[0].image.id)
        }
    }

    @Test("A note of removal that is left over removes nothing that was made since")
    func slowRemoval() async throws {
        try await LibraryDesk.with { desk in
            let id = try await desk.upload(picture).image.id
            try await desk.work()
            let before = try await desk.library.images.details(id).variants.compactMap(\.path)
            _ = try await desk.library.images.reprocess(id, [.generateVariants])
            try await desk.work()
            // The files are gone, and the process died before it could forget the notes.
            try await note(before, desk)
            _ = try await desk.library.images.reprocess(id, [.generateVariants])
            try await desk.work()
            try await note(before, desk)
            try await desk.library.ground.removals.removeAll()
            let after = try await desk.library.images.details(id).variants.compactMap(\.path)
            #expect(Set(before).isDisjoint(with: after))
            try await expectWhole(desk, id)
        }
    }

    @Test("A note of removal for a file that a row refers to is dropped")
    func wrongNote() async throws {
        try await LibraryDesk.with { desk in
            let image = try await desk.upload(picture).image
            try await note([image.original.path], desk)
            try await desk.library.ground.removals.removeAll()
            #expect(try await desk.count("blob_removals") == 0)
            try await expectWhole(desk, image.id)
        }
    }

    private func note(_ paths: [BlobPath], _ desk: LibraryDesk) async throws {
        try await desk.library.ground.database.write { tx in
            for path in paths {
                try tx.execute("INSERT INTO blob_removals VALUES (\(path.text), 0) ON CONFLICT DO NOTHING")
            }
        }
    }

    @Test("Uploads, refusals, repairs and removals in any order leave every acknowledged picture whole")
    func interleaved() async throws {
        try await LibraryDesk.with { desk in
            let id = try await desk.upload(picture).image.id
            try await desk.work()
            for round in 0..<Effort.rounds(short: 12, full: 200) {
                let image = try await desk.library.images.image(id)
                let target = try await grant(desk)
                #expect((round % 2 == 0 ? unlink(path(desk, image)) : truncate(path(desk, image), 20)) == 0)
                let acknowledged = await withTaskGroup(of: Bool.self) { group in
                    for _ in 0..<4 {
                        group.addTask { (try? await desk.upload(picture, at: target)) != nil }
                        group.addTask {
                            _ = try? await verifier(desk).verify(repair: true); return false
                        }
                    }
                    group.addTask {
                        try? await desk.library.ground.removals.removeAll(); return false
                    }
                    return await group.reduce(false) { $0 || $1 }
                }
                #expect(acknowledged, "One of four may use the upload URL.")
                try await expectWhole(desk, id)
            }
        }
    }
}
