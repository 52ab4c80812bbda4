import AgBase
import Glibc
import Testing

@testable import AgHTTP

@Suite("A file on a socket", .timeLimit(.minutes(1)))
struct FileOnSocketTests {
    private static let pool = BlockingPool(threads: 1, name: "file")

    private static func bytes(_ size: Int) -> [UInt8] {
        (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
    }

    /// One loop that answers `/file`, from a handler or as an answer that is ready, and `/after`.
    private func withFile<Value: Sendable>(
        _ file: OpenFile, length: Int, isReady: Bool = false, _ files: any FileAccess,
        _ body: (HTTPServer, Int) async throws -> Value
    ) async throws -> Value {
        let file = BlobContent(file, byteCount: Int64(length), pool: Self.pool)
        let answer = HTTPResponse(200, body: .content(file, 0..<Int64(length)))
        return try await withServer(
            { $0.loops = 1 }, files: files, ready: { isReady && $0.target == "/file" ? .single(answer) : nil },
            handler: { request in
                guard request.path == "/file" else { return .text(200, "after") }
                return content(
                    of: DeliveredContent(.content(file), tag: "v1", contentType: "image/webp"),
                    for: request)
            }, body)
    }

    @Test(
        "whose disk hangs holds up no other connection of its loop, and comes when the disk goes on",
        arguments: [1_000, 300_000, 6_000_000], [true, false])
    func hangs(_ size: Int, isReady: Bool) async throws {
        let bytes = Self.bytes(size)
        let disk = HeldFiles()
        try await withFile(try namelessFile(bytes), length: size, isReady: isReady, disk) { _, port in
            async let held = blocking { try RawClient(port: port).get("/file").body }
            await disk.arrived()
            let others = try await blocking {
                let client = try RawClient(port: port)
                return [try client.get("/after").text, try client.get("/after").text]
            }
            #expect(others == ["after", "after"])
            disk.letGo()
            #expect(try await held == bytes)
        }
    }

    @Test("comes whole and in parts from a disk that is slow", arguments: [1, 65_537, 4_194_304, 4_194_305, 9_000_000])
    func slow(_ size: Int) async throws {
        let bytes = Self.bytes(size)
        let disk = HeldFiles(isHeld: false)
        try await withFile(try namelessFile(bytes), length: size, disk) { _, port in
            try await blocking {
                let client = try RawClient(port: port)
                let whole = try client.get("/file")
                #expect(whole.body == bytes)
                #expect(whole.header("Content-Length") == "\(size)")
                let part = try client.get("/file", headers: "Range: bytes=\(size / 3)-\(size - 1)\r\n")
                #expect(part.body == Array(bytes[(size / 3)...]))
                let head = try client.request("HEAD /file HTTP/1.1\r\nHost: a\r\n\r\n", isHead: true)
                #expect(head.header("Content-Length") == "\(size)")
                #expect(try client.get("/after").text == "after")
            }
        }
        #expect(disk.readCount > 0)
    }

    @Test("that is in memory is sent without a thread, long or short", arguments: [1_000, 300_000, 6_000_000])
    func cached(_ size: Int) async throws {
        let bytes = Self.bytes(size)
        let disk = CountedCache()
        try await withFile(try namelessFile(bytes), length: size, disk) { _, port in
            let body = try await blocking { try RawClient(port: port).get("/file").body }
            #expect(body == bytes)
        }
        #expect(disk.readCount == 0)
    }

    /// The file's real length, the one that is promised, and the status; `nil` for a connection that is broken off.
    @Test(
        "that is shorter than it was is an honest error or a broken connection, never a short answer",
        arguments: [(10, 300_000, 500), (70_000, 300_000, 500), (5_000_000, 6_000_000, nil)] as [(Int, Int, Int?)])
    func shrunk(_ size: Int, promised: Int, status: Int?) async throws {
        let disk = HeldFiles(isHeld: false)
        try await withFile(try namelessFile(Self.bytes(size)), length: promised, disk) { _, port in
            let answer = try? await blocking { try RawClient(port: port).get("/file").status }
            #expect(answer == status)
        }
    }

    @Test("whose disk hangs does not keep the server from stopping", arguments: [300_000, 6_000_000])
    func stops(_ size: Int) async throws {
        let disk = HeldFiles()
        defer { disk.letGo() }
        let client: Task<Void, Never> = try await withFile(
            try namelessFile(Self.bytes(size)), length: size, disk
        ) { _, port in
            let client = Task { _ = try? await blocking { try RawClient(port: port).get("/file") } }
            await disk.arrived()
            return client
        }
        await client.value
    }

    @Test("is found in memory once it was read, and its bytes are the file's")
    func pageCache() async throws {
        let bytes = Self.bytes(600_000)
        let file = try namelessFile(bytes)
        fsync(file.descriptor)
        posix_fadvise(file.descriptor, 0, 0, POSIX_FADV_DONTNEED)
        let cache = PageCache()
        let range: Range<Int64> = 100..<599_999
        #expect(await FileReads(cache).load(file, range))
        #expect(cache.isCached(file, range))
        #expect(await !FileReads(cache).load(file, 0..<600_001))
        #expect(!cache.isCached(file, 0..<1_000_000))
        var space = [UInt8](repeating: 0, count: 1_000)
        // File systems in memory cannot tell; then threads read.
        if let count = space.withUnsafeMutableBytes({ cache.readCached(file, at: 77, into: $0) }) {
            #expect(count == 1_000)
            #expect(space == Array(bytes[77..<1_077]))
        }
    }
}

/// The page cache, and a count of the reads that threads did.
private final class CountedCache: FileAccess {
    private let cache = PageCache()
    private let disk = HeldFiles(isHeld: false)

    var readCount: Int { disk.readCount }

    func isCached(_ file: OpenFile, _ range: Range<Int64>) -> Bool { cache.isCached(file, range) }

    func readCached(_ file: OpenFile, at offset: Int64, into space: UnsafeMutableRawBufferPointer) -> Int? {
        if let count = cache.readCached(file, at: offset, into: space) { return count }
        // What was just written is in memory, also where the file system cannot tell.
        let count = pread(file.descriptor, space.baseAddress, space.count, off_t(offset))
        return count < 0 ? nil : count
    }

    func read(_ file: OpenFile, at offset: Int64, count: Int) throws(SystemError) -> [UInt8] {
        try disk.read(file, at: offset, count: count)
    }
}
