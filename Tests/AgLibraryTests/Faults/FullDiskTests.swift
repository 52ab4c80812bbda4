import AgBase
import AgBlobs
import AgImaging
import AgModel
import AgTesting
import Testing

@testable import AgLibrary

@Suite("A disk that fills up", .timeLimit(.minutes(2)))
struct FullDiskTests {
    let picture = PNGFile.drawn(30, 20)

    @Test("is not filled below the reserve by uploads that begin together, and the refused leave nothing")
    func together() async throws {
        let disk = SmallDisk(total: 24 << 20)
        let reserve: Int64 = 20 << 20
        try await LibraryDesk.with(files: disk, reserve: reserve) { desk in
            let uploads = desk.library.uploads
            var open: [IncomingUpload] = []
            for _ in 0..<20 { open.append(try uploads.begin(filename: nil, for: .server)) }
            let piece = [UInt8](repeating: 7, count: 32 << 10)
            var refusals: [Fault] = []
            for _ in 0..<32 {
                var left: [IncomingUpload] = []
                for upload in open {
                    do throws(Fault) {
                        try Self.append(piece, to: upload)
                        left.append(upload)
                    } catch {
                        refusals.append(error)
                    }
                }
                open = left
            }
            #expect(!refusals.isEmpty)
            #expect(refusals.allSatisfy { $0.kind == .insufficientStorage && $0.code == "storage-full" })
            #expect(disk.leastFree >= reserve)
            #expect(desk.temporaryFiles.count == open.count)
            open = []
            #expect(desk.temporaryFiles == [] && desk.library.ground.reserve.pendingBytes == 0)
            try await desk.upload(picture)
        }
    }

    private static func append(_ piece: [UInt8], to upload: IncomingUpload) throws(Fault) {
        let result: Result<Void, Fault> = piece.withUnsafeBytes { raw in
            do throws(Fault) {
                return .success(try upload.append(raw))
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    @Test("keeps renders out of the reserve, which are made all the same")
    func renders() async throws {
        let folder = TemporaryFolder()
        let id = try await LibraryDesk.with(folder: folder) { try await $0.upload(picture).image.id }
        try await LibraryDesk.with(folder: folder, reserve: 1 << 50) { desk in
            let wish = RenderWish(width: 16, height: nil, format: .webp, longestSide: 4_096)
            _ = try await desk.library.renders.render(wish, of: id, for: .server)
            #expect(desk.folder.files(below: "renders").isEmpty)
            #expect(desk.library.ground.reserve.pendingBytes == 0)
        }
    }

    @Test("makes no upload URLs, which would be rows without an end")
    func grants() async throws {
        try await LibraryDesk.with(reserve: 1 << 50) { desk in
            let fault = await #expect(throws: Fault.self) {
                _ = try await desk.library.grants.make(UploadGrantRequest())
            }
            #expect(fault?.code == "storage-full")
            let count = try await desk.count("upload_grants")
            #expect(count == 0)
        }
    }

    @Test("fails the check of the storage, by its name")
    func readiness() async throws {
        try await LibraryDesk.with(reserve: 1 << 50) { desk in
            let checks = desk.library[UpkeepPart.self].groundChecks
            let error = await #expect(throws: BlobError.self) { try await checks.storage() }
            #expect(error?.fault.code == "storage-full")
        }
    }

    @Test(
        "to the last byte still takes deletions, revocations and what jobs note down, and the ballast comes back",
        .enabled(if: MemoryDisk.isPossible, "a file system can only be mounted by root"))
    func lastByte() async throws {
        let disk = try #require(MemoryDisk(megabytes: 64))
        try await LibraryDesk.with(folder: disk.folder) { desk in
            let library = desk.library
            let ids = [try await desk.upload(picture).image.id, try await desk.upload(PNGFile.drawn(9, 9)).image.id]
            try await desk.work()
            let token = try await library.access.createToken(name: "leaked", scope: .write)
            let waiting = try await desk.upload(PNGFile.drawn(8, 8)).image.id
            #expect(disk.folder.files().contains("argentum.sqlite-ballast"))

            disk.fill()
            #expect(disk.freeBytes == 0)
            let fault = await #expect(throws: Fault.self) { try await desk.upload(PNGFile.drawn(7, 7)) }
            #expect(fault?.kind == .insufficientStorage)
            #expect(desk.temporaryFiles.isEmpty)
            // What runs all the time meanwhile must not have the room first.
            for _ in 0..<200 { try? await library[UpkeepPart.self].groundChecks.database() }
            #expect(disk.folder.files().contains("argentum.sqlite-ballast"))

            try await library.access.revokeToken(token.token.id)
            #expect(try await library.access.credential(token: token.text) == nil)
            for id in ids { try await library.images.delete(id) }
            #expect(!disk.folder.files().contains("argentum.sqlite-ballast"))
            // A job that finds no room is put back, which is a write as well; one that finds some is done.
            try await desk.work(patiently: false)
            let status = try await library.images.progress(waiting).status
            #expect(status == .pending || status == .completed)
            #expect(try await desk.count("images") == 1)

            disk.empty()
            library.ground.ballast?.restore()
            #expect(disk.folder.files().contains("argentum.sqlite-ballast"))
            try await desk.work()
            #expect(try await library.images.progress(waiting).status == .completed)
        }
    }

    @Test(
        "to the last byte does not keep a server from starting, which then takes deletions",
        .enabled(if: MemoryDisk.isPossible, "a file system can only be mounted by root"))
    func start() async throws {
        let disk = try #require(MemoryDisk(megabytes: 64))
        let id = try await LibraryDesk.with(folder: disk.folder) { try await $0.upload(picture).image.id }
        disk.fill()
        try await LibraryDesk.with(folder: disk.folder) { desk in
            try await desk.library.images.delete(id)
            #expect(try await desk.count("images") == 0)
        }
    }
}
