import AgBase
import AgBlobs
import AgCrypto
import AgImaging
import AgModel
import AgTesting
import Testing

@testable import AgLibrary

/// The product on a store that has no descriptors, no rename and no folder: the same pictures, checks and repairs.
@Suite("A library on a remote store", .timeLimit(.minutes(3)))
struct RemoteStoreTests {
    private let picture = PNGFile.drawn(700, 400)
    private let bucket = Bucket()

    private var blobs: [String] { bucket.keys.filter { $0.hasPrefix("images/") } }

    private func verify(_ desk: LibraryDesk, repair: Bool = false) async throws -> VerifyReport {
        let ground = desk.library.ground
        return try await Verifier(
            database: ground.database, blobs: ground.blobs, queue: ground.queue, time: ground.time, grace: .zero
        ).verify(repair: repair)
    }

    private func bytes(_ delivered: Delivered) async throws -> [UInt8] {
        try await delivered.content.bytes(0..<delivered.byteCount)
    }

    @Test("takes pictures in, makes their variants, and hands out the same bytes by range")
    func deliveries() async throws {
        try await LibraryDesk.with(bucket: bucket) { desk in
            let id = try await desk.upload(picture).image.id
            try await desk.work()
            #expect(blobs.count == 7 && desk.pictureFiles.isEmpty && desk.folder.files(below: "spool").isEmpty)
            let original = try await desk.library.delivery.original(id)
            #expect(original.content.file == nil)
            #expect(try await bytes(original) == picture)
            #expect(try await original.content.bytes(5..<15) == Array(picture[5..<15]))
            for name in VariantName.required {
                let variant = try await desk.library.delivery.variant(name, of: id)
                #expect(try await SHA256Digest.of(bytes(variant)) == variant.sha256, "\(name)")
            }
            #expect(try await !desk.upload(picture).isNew)
            #expect(try await verify(desk).findings.isEmpty)
            #expect(bucket.keys.allSatisfy { !$0.hasPrefix("notes/") })
        }
    }

    @Test("makes renders from variants and originals that are fetched first")
    func renders() async throws {
        try await LibraryDesk.with(bucket: bucket) { desk in
            let id = try await desk.upload(picture).image.id
            let wish = RenderWish(
                width: 100, height: nil, fit: .inside, format: .webp, quality: 80, longestSide: 4_096)
            let before = try await desk.library.renders.render(wish, of: id, for: .server)
            #expect(try await PictureFormat(sniffing: bytes(before)) == .webp)
            try await desk.work()
            let wider = RenderWish(
                width: 120, height: nil, fit: .inside, format: .webp, quality: 80, longestSide: 4_096)
            let after = try await desk.library.renders.render(wider, of: id, for: .server)
            #expect(try await PictureFormat(sniffing: bytes(after)) == .webp)
            #expect(desk.folder.files(below: "spool").isEmpty)
        }
    }

    @Test("finds what is damaged and missing, repairs it, and is healed by the same upload")
    func repairs() async throws {
        try await LibraryDesk.with(bucket: bucket) { desk in
            let outcome = try await desk.upload(picture)
            try await desk.work()
            let id = outcome.image.id
            let variant = try #require(try await desk.library.images.details(id).variants.last?.path?.text)
            var damaged = try #require(bucket[variant])
            damaged[30] ^= 0x55
            bucket[variant] = damaged
            bucket[outcome.image.original.path.text] = nil
            #expect(Set(try await verify(desk).findings.map(\.kind)) == [.changedFile, .missingFile])
            _ = try await verify(desk, repair: true)
            #expect(bucket.keys.count { $0.hasPrefix("quarantine/") } == 1)
            let fault = await #expect(throws: Fault.self) { _ = try await desk.library.delivery.original(id) }
            #expect(fault?.code == "original-lost")
            #expect(try await desk.upload(picture).image.id == id)
            try await desk.work()
            #expect(try await verify(desk).findings.isEmpty)
            #expect(try await bytes(desk.library.delivery.original(id)) == picture)
        }
    }

    @Test("does not serve an original of another length, and a later upload of the same bytes heals it")
    func cutShort() async throws {
        try await LibraryDesk.with(bucket: bucket) { desk in
            let image = try await desk.upload(picture).image
            bucket[image.original.path.text] = Array(picture.dropLast())
            let fault = await #expect(throws: Fault.self) { _ = try await desk.library.delivery.original(image.id) }
            #expect(fault?.code == "blob-damaged")
            try await desk.upload(picture)
            #expect(try await bytes(desk.library.delivery.original(image.id)) == picture)
        }
    }

    @Test("stores racing uploads of the same bytes once")
    func race() async throws {
        try await LibraryDesk.with(bucket: bucket) { desk in
            let outcomes = try await withThrowingTaskGroup(of: UploadOutcome.self) { group in
                for _ in 0..<16 { group.addTask { try await desk.upload(picture) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.count(where: \.isNew) == 1)
            #expect(blobs.count == 1 && bucket.keys.allSatisfy { !$0.hasPrefix("notes/") })
            #expect(desk.folder.files(below: "spool").isEmpty)
        }
    }

    @Test("loses the bytes of a deleted picture, and those that a crash left without a row")
    func removals() async throws {
        let folder = TemporaryFolder()
        let path = BlobPath("images/2026/01/01/original/aa/half.png")
        try await LibraryDesk.with(folder: folder, bucket: bucket) { desk in
            let id = try await desk.upload(picture).image.id
            let file = try desk.library.ground.blobs.begin(.accepted)
            try file.append([1])
            try await desk.library.ground.blobs.keep([StagedBlob(file: file, path: path)])
            try await desk.library.images.delete(id)
            try await desk.library.ground.removals.removeAll()
            #expect(blobs == [path.text])
            #expect(try await verify(desk, repair: true).findings.isEmpty, "its rows may still come")
        }
        try await LibraryDesk.with(folder: folder, bucket: bucket) { desk in
            #expect(blobs == [path.text], "it may be another process's")
            let removed = try await Recovery(ground: desk.library.ground, nodes: nil)
                .run(olderThan: .zero) { _ in .ended }
            #expect(removed == 2 && blobs.isEmpty)
        }
    }

    @Test("keeps its mark in the store")
    func installation() async throws {
        let folder = TemporaryFolder()
        for _ in 0..<2 { try await LibraryDesk.with(folder: folder, bucket: bucket) { _ in } }
        #expect(bucket.keys == [InstallationMark.fileName])
        try await LibraryDesk.with(bucket: Bucket()) { _ in }
    }
}
