import AgBase
import AgBlobs
import AgLibrary
import AgSQL
import AgTesting
import Glibc
import Testing

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

    @Test("looks without being asked: ten seconds after it failed, and five after it did not")
    func rounds() async throws {
        try await LibraryDesk.with { desk in
            let image = try await desk.upload(PNGFile.drawn(8, 8, seed: 1)).image
            let path = "\(desk.folder.path)/\(image.original.path)"
            #expect(unlink(path) == 0 && mkdir(path, 0o700) == 0)
            try await desk.library.images.delete(image.id)
            let ground = desk.library.ground
            let clock = ManualClock()
            let removals = BlobRemovals(
                database: ground.database, blobs: ground.blobs, log: Log(to: SilentSink()), clock: clock)
            let running = Task { await removals.run() }
            await eventually { clock.isWaitedFor }
            #expect(rmdir(path) == 0)
            clock.advance(by: .seconds(9))
            #expect(clock.isWaitedFor)
            #expect(try await desk.count("blob_removals") == 1)
            clock.advance(by: .seconds(1))
            try await eventually { try await desk.count("blob_removals") == 0 }
            await eventually { clock.isWaitedFor }

            // As a process that died right behind its commit leaves it.
            try await ground.database.write { tx in
                _ = try tx.execute(
                    "INSERT INTO blob_removals (path, asked_at) VALUES (\(image.original.path.text), \(image.uploadedAt))"
                )
            }
            clock.advance(by: .seconds(4))
            #expect(try await desk.count("blob_removals") == 1)
            clock.advance(by: .seconds(1))
            try await eventually { try await desk.count("blob_removals") == 0 }
            running.cancel()
            await running.value
        }
    }
}
