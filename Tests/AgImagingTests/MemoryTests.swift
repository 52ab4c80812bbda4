import AgBase
import Testing

@testable import AgImaging

/// What a child keeps from one picture to the next, and what becomes of a picture that finds no room.
@Suite("A child's memory", .timeLimit(.minutes(3)))
struct MemoryTests {
    /// One child for renders, known by a limit that no other test gives.
    private func start(limit: Int64) async throws -> (Codecs, child: Int32) {
        let codecs = try await TestCodecs.start {
            $0.codecs = 1
            $0.renderMemory = limit
        }
        return (codecs, try #require(try children(withWord: "\(limit)").first))
    }

    @Test("gives a picture's memory back when no other follows")
    func givesBack() async throws {
        let (codecs, child) = try await start(limit: 987_654_144)
        _ = try await codecs.render(Samples.all[0].bytes)
        let before = try memory("VmRSS", of: child)
        // All of it is in memory, before the turn and after: 30 MB each.
        let large = Picture.blank(3_200, 3_100, bands: 3).with("orientation", 6).file(".jpg")
        _ = try await codecs.render(large, .only(3_200, .png))
        let most = 32 << 20
        #expect(try memory("VmHWM", of: child) > before + most)

        let end = ContinuousClock.now + .seconds(20)
        var after = try memory("VmRSS", of: child)
        while after > before + most, .now < end {
            try await Task.sleep(for: .milliseconds(50))
            after = try memory("VmRSS", of: child)
        }
        #expect(after <= before + most)
        await codecs.shutdown()
    }

    @Test("keeps large pieces of memory from one picture to the next")
    func keepsMemory() async throws {
        let (codecs, child) = try await start(limit: 987_654_145)
        // In one piece of 48 MB, which would be 11,700 faults to have from the kernel again.
        let large = Picture.blank(4_000, 4_000, bands: 3).file(".jpg")
        var fewest = Int.max
        // On a busy machine the next one may come too late.
        for _ in 0..<20 where fewest > 4_000 {
            let before = try faults(child)
            _ = try await codecs.render(large, .only(4_000, .png))
            fewest = min(fewest, try faults(child) - before)
        }
        #expect(fewest <= 4_000)
        await codecs.shutdown()
    }

    @Test("lets no picture pay for the memory that others took")
    func hoarded() async throws {
        let codecs = try await TestCodecs.start { $0.codecs = 1 }
        let large = Picture.blank(4_000, 3_000, bands: 3).file(".png")

        #expect(try await codecs.drill(.hoardMemory) == "got through")
        #expect(try await codecs.render(large, .only(4_000, .png)).outputs.count == 1)
        await codecs.shutdown()
    }

    @Test("says of a picture that there is no room for it, and goes on with the next")
    func noRoom() async throws {
        let (codecs, _) = try await start(limit: 150 << 20)
        let large = Picture.blank(8_000, 7_000, bands: 3).file(".png")
        let error = await #expect(throws: CodecError.self) { try await codecs.render(large, .only(8_000, .png)) }
        #expect(error?.code == .outOfMemory, "\(String(describing: error))")
        #expect(try await codecs.render(Samples.all[0].bytes).outputs.count == 6)
        await codecs.shutdown()
    }
}
