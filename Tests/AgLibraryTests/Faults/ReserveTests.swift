import AgBase
import AgModel
import AgSQL
import AgTesting
import Testing

@testable import AgLibrary

@Suite("The reserve of the disk", .timeLimit(.minutes(1)))
struct ReserveTests {
    let picture = PNGFile.drawn(30, 20)

    @Test("refuses uploads with 507 and lets accepted pictures be finished and deleted")
    func refused() async throws {
        let folder = TemporaryFolder()
        let id = try await LibraryDesk.with(folder: folder) { try await $0.upload(picture).image.id }
        try await LibraryDesk.with(folder: folder, reserve: 1 << 50) { desk in
            let fault = await #expect(throws: Fault.self) { try await desk.upload(PNGFile.drawn(10, 10)) }
            #expect(fault?.kind == .insufficientStorage)
            #expect(fault?.code == "storage-full")
            #expect(desk.temporaryFiles == [])
            try await desk.work()
            #expect(try await desk.library.images.progress(id).status == .completed)
            try await desk.library.images.delete(id)
        }
    }

    @Test(
        "lies on the disk of the database too",
        arguments: [("/a/b/rows.sqlite", "/a/b"), ("/rows", "/"), ("rows", ".")])
    func folders(path: String, folder: String) {
        var settings = LibrarySettings(dataFolder: "/data")
        settings.database = .sqlite(path: path)
        #expect(settings.diskFolders == ["/data", folder])
    }
}
