import AgTesting
import Synchronization
import Testing

@testable import AgBase

@Suite("A content", .timeLimit(.minutes(1)))
struct BlobContentTests {
    private let bytes = (0..<1_000).map { UInt8(truncatingIfNeeded: $0) }
    private let pool = BlockingPool(threads: 1, name: "content")

    private func file(_ bytes: [UInt8]) throws -> OpenFile {
        let folder = TemporaryFolder()
        try PrivateFile.write(String(decoding: bytes.map { $0 & 0x7F }, as: UTF8.self), to: folder.file("a"))
        return try OpenFile(reading: folder.file("a"))
    }

    /// Gives `count` bytes whatever it is asked for, in pieces of 100.
    private func source(_ byteCount: Int64, giving count: Int) -> BlobContent {
        BlobContent(byteCount: byteCount) { _, sink in
            var rest = count
            while rest > 0 {
                try await sink([UInt8](repeating: 7, count: min(rest, 100)))
                rest -= 100
            }
        }
    }

    @Test("of a file is read by ranges, in memory when it is short", arguments: [0, 10, 1_000] as [Int64])
    func file(_ limit: Int64) async throws {
        let expected = bytes.map { $0 & 0x7F }
        let content = try BlobContent.reading(try file(bytes), byteCount: 1_000, upTo: limit, pool: pool)
        #expect((content.bytes == nil) == (limit < 1_000) && (content.file == nil) == (limit == 1_000))
        for range in [0..<1_000, 0..<1, 999..<1_000, 5..<5, 300..<700] as [Range<Int64>] {
            #expect(try await content.bytes(range) == Array(expected[Int(range.lowerBound)..<Int(range.upperBound)]))
        }
    }

    @Test("that gives fewer or more bytes than it has is not taken for whole", arguments: [0, 100, 499, 501, 10_000])
    func mismatch(_ count: Int) async throws {
        let error = await #expect(throws: ContentMismatch.self) {
            _ = try await source(1_000, giving: count).bytes(100..<600)
        }
        #expect(error?.expected == 500)
        #expect(try await source(500, giving: 500).bytes(0..<500).count == 500)
    }

    @Test("of a file that became shorter is not taken for whole", arguments: [0, 2_000] as [Int64])
    func shrunk(_ limit: Int64) async throws {
        let file = try file(bytes)
        await #expect(throws: ContentMismatch.self) {
            _ = try await BlobContent.reading(file, byteCount: 1_001, upTo: limit, pool: pool).bytes(0..<1_001)
        }
    }

    @Test("waits with the next piece until the last one was taken")
    func backPressure() async throws {
        let latch = Latch()
        let given = Atomic<Int>(0)
        let content = BlobContent(byteCount: 300) { _, sink in
            for _ in 0..<3 {
                given.add(100, ordering: .sequentiallyConsistent)
                try await sink([UInt8](repeating: 1, count: 100))
            }
        }
        let sending = Task { try await content.send(0..<300) { _ in try await latch.pass() } }
        while given.load(ordering: .sequentiallyConsistent) == 0 { await Task.yield() }
        for _ in 0..<100 { await Task.yield() }
        #expect(given.load(ordering: .sequentiallyConsistent) == 100)
        latch.open()
        try await sending.value
        #expect(given.load(ordering: .sequentiallyConsistent) == 300)
    }

    @Test("stops reading when its reader is cancelled")
    func cancelled() async throws {
        let content = source(1 << 40, giving: 1 << 40)
        let reading = Task { try await content.send(0..<content.byteCount) { _ in await Task.yield() } }
        reading.cancel()
        await #expect(throws: CancellationError.self) { try await reading.value }
    }
}
