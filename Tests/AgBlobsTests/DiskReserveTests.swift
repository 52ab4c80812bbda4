import AgBase
import AgBlobs
import AgTesting
import Testing

@Suite("The disk's reserve")
struct DiskReserveTests {
    let folder = TemporaryFolder()

    @Test("is touched when less is free than it says")
    func touched() {
        let error = #expect(throws: BlobError.self) { try DiskReserve(1 << 50, on: [folder.path]).check() }
        #expect(error?.code == .full)
        #expect(error?.fault.kind == .insufficientStorage)
    }

    @Test("is nothing to ask about when it is 0")
    func off() throws {
        try DiskReserve(0, on: ["/no/such/folder"]).check()
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
}
