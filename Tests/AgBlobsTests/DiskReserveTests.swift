import AgBase
import AgBlobs
import AgTesting
import Testing

@Suite("The disk's reserve")
struct DiskReserveTests {
    let folder = TemporaryFolder()
    private static let mib: Int64 = 1 << 20

    @Test("is touched when less is free than it says")
    func touched() {
        let error = #expect(throws: BlobError.self) { try DiskReserve(1 << 50, on: [folder.path]).check() }
        #expect(error?.code == .full)
        #expect(error?.fault.kind == .insufficientStorage)
    }

    @Test("is nothing to ask about when it is 0")
    func off() throws {
        let reserve = DiskReserve(0, on: ["/no/such/folder"])
        try reserve.check()
        try reserve.claim(in: "/no/such/folder", .new).cover(1 << 60)
        #expect(reserve.pendingBytes == 0)
    }

    @Test("cannot be judged where the disk does not answer, and that is said", arguments: [Int32(5), 28])
    func broken(errno: Int32) {
        let files = FaultyFiles(failing: 1, .forever, with: errno)
        let error = #expect(throws: BlobError.self) { try DiskReserve(nil, on: [folder.path], files: files).check() }
        #expect(error?.code == (errno == 28 ? .full : .io))
    }

    @Test("knows the disk's size, and that what is free is a part of it")
    func room() throws {
        let room = try DiskFiles().room(at: folder.path)
        #expect(room.total > 0)
        #expect((0...room.total).contains(room.free))
    }

    /// Writes as an upload does, in pieces, until it is refused. Returns whether all of it found room.
    private func write(_ claim: DiskClaim, _ total: Int64, to disk: SmallDisk, piece: Int64 = 128 << 10) -> Bool {
        var written: Int64 = 0
        while written < total {
            guard (try? claim.cover(written + piece)) != nil else { return false }
            disk.take(piece)
            claim.wrote(piece)
            written += piece
        }
        return true
    }

    @Test("is left alone by an upload that began above it")
    func duringOne() {
        let disk = SmallDisk(total: 200 * Self.mib)
        let reserve = DiskReserve(60 * Self.mib, on: [folder.path], files: disk)
        #expect(!write(reserve.claim(in: folder.path, .new), 500 * Self.mib, to: disk))
        #expect(disk.leastFree >= 60 * Self.mib && disk.leastFree < 70 * Self.mib)
        #expect(reserve.pendingBytes == 0)
    }

    @Test("is left alone by many that begin together, piece by piece in turn, and the refused free what they counted")
    func together() throws {
        let disk = SmallDisk(total: 200 * Self.mib)
        let reserve = DiskReserve(60 * Self.mib, on: [folder.path], files: disk)
        var claims: [DiskClaim?] = (0..<100).map { _ in reserve.claim(in: folder.path, .new) }
        var lengths = [Int64](repeating: 0, count: claims.count)
        let piece: Int64 = 128 << 10
        while claims.contains(where: { $0 != nil }) {
            for (index, claim) in claims.enumerated() {
                guard let claim else { continue }
                guard (try? claim.cover(lengths[index] + piece)) != nil else {
                    claims[index] = nil
                    continue
                }
                // All have asked before any has written, as slow clients let it come about.
                lengths[index] += piece
            }
            for (index, claim) in claims.enumerated() where claim != nil && lengths[index] > 0 {
                disk.take(piece)
                claim?.wrote(piece)
            }
        }
        #expect(disk.leastFree >= 60 * Self.mib)
        #expect(reserve.pendingBytes == 0)
    }

    @Test("counts what is covered and not yet written, until the claim ends")
    func pending() throws {
        let disk = SmallDisk(total: 100 * Self.mib)
        let reserve = DiskReserve(10 * Self.mib, on: [folder.path], files: disk)
        let claim = reserve.claim(in: folder.path, .new)
        try claim.cover(50 * Self.mib)
        #expect(reserve.pendingBytes == 50 * Self.mib)
        let other = #expect(throws: BlobError.self) {
            try reserve.claim(in: folder.path, .new).cover(45 * Self.mib)
        }
        #expect(other?.code == .full)
        #expect(reserve.pendingBytes == 50 * Self.mib)
        claim.end()
        claim.end()
        claim.wrote(1)
        #expect(reserve.pendingBytes == 0)
    }

    @Test("counts a little for a small file, and looks again every 8 MiB of a large one")
    func steps() throws {
        let disk = SmallDisk(total: 1_000 * Self.mib)
        let reserve = DiskReserve(1, on: [folder.path], files: disk)
        let claim = reserve.claim(in: folder.path, .new)
        try claim.cover(1_000)
        #expect(reserve.pendingBytes <= 256 << 10)
        var most: Int64 = 0
        var written: Int64 = 0
        while written < 100 * Self.mib {
            try claim.cover(written + 65_536)
            claim.wrote(65_536)
            written += 65_536
            most = max(most, reserve.pendingBytes)
        }
        #expect(most <= 8 * Self.mib)
    }

    @Test("is gone into by what was accepted before, but for the part that deletions need")
    func accepted() {
        let disk = SmallDisk(total: 200 * Self.mib)
        let reserve = DiskReserve(60 * Self.mib, on: [folder.path], files: disk)
        #expect(!write(reserve.claim(in: folder.path, .accepted), 500 * Self.mib, to: disk))
        #expect(disk.leastFree >= 15 * Self.mib && disk.leastFree < 25 * Self.mib)
    }

    @Test("is asked of the database's disk too, which bytes for another disk do not count against")
    func disks() throws {
        let files = TwoDisks()
        let reserve = DiskReserve(10 * Self.mib, on: ["/pictures", "/rows"], files: files)
        try reserve.claim(in: "/pictures", .new).cover(80 * Self.mib)
        files.rows.take(11 * Self.mib)
        let error = #expect(throws: BlobError.self) { try reserve.claim(in: "/pictures", .new).cover(1) }
        #expect(error?.message.contains("/rows") == true)
    }

    /// Counts the files below two folders on a disk each.
    private final class TwoDisks: FileOperations {
        let pictures = SmallDisk(total: 100 << 20, disk: 1)
        let rows = SmallDisk(total: 20 << 20, disk: 2)

        func room(at folder: String) throws(SystemError) -> DiskRoom {
            try (folder == "/rows" ? rows : pictures).room(at: folder)
        }

        func create(_ path: String) throws(SystemError) -> OpenFile { try pictures.create(path) }
        func open(_ path: String) throws(SystemError) -> OpenFile { try pictures.open(path) }
        func write(_ bytes: UnsafeRawBufferPointer, to file: OpenFile) throws(SystemError) -> Int {
            try pictures.write(bytes, to: file)
        }
        func allocate(_ bytes: Int64, for file: OpenFile) throws(SystemError) {}
        func sync(_ file: OpenFile) throws(SystemError) {}
        func syncFolder(_ path: String) throws(SystemError) {}
        func link(_ path: String, as other: String) throws(SystemError) {}
        func rename(_ path: String, to other: String) throws(SystemError) {}
        func remove(_ path: String) throws(SystemError) {}
        func touch(_ path: String) throws(SystemError) {}
        func makeFolder(_ path: String) throws(SystemError) -> Bool { false }
        func names(in folder: String) throws(SystemError) -> [String] { [] }
        func status(of path: String) throws(SystemError) -> FileStatus? { nil }
    }
}
