import AgBase
import AgBlobs
import AgLibrary
import AgTesting
import Testing

#if canImport(Glibc)
    import Glibc
#endif

@Suite("Removing files", .everyEngine, .timeLimit(.minutes(1)))
struct BlobRemovalTests {
    @Test("goes on past one that will not go, and keeps its note")
    func stubborn() async throws {
        try await LibraryDesk.with { desk in
            let first = try await desk.upload(PNGFile.drawn(8, 8, seed: 1)).image
            let second = try await desk.upload(PNGFile.drawn(8, 8, seed: 2)).image
            // A folder in the file's place: unlink refuses it, whoever asks.
            let path = "\(desk.folder.path)/\(first.original.path)"
            #expect(unlink(path) == 0 && mkdir(path, 0o700) == 0)
            for image in [first, second] { try await desk.library.images.delete(image.id) }
            await #expect(throws: BlobError.self) { try await desk.library.ground.removals.removeAll() }
            #expect(desk.pictureFiles.isEmpty)
            #expect(try await desk.count("blob_removals") == 1)
            #expect(rmdir(path) == 0)
            try await desk.library.ground.removals.removeAll()
            #expect(try await desk.count("blob_removals") == 0)
        }
    }
}
