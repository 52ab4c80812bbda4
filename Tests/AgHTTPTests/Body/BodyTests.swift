import AgBase
import Synchronization
import Testing

@testable import AgHTTP

@Suite("Bodies", .timeLimit(.minutes(1)))
struct BodyTests {
    private func feed(_ intake: inout BodyIntake, _ count: Int) -> Int {
        [UInt8](repeating: 7, count: count).withUnsafeBytes { intake.feed($0).taken }
    }

    private func taken(_ intake: inout BodyIntake) -> Int? {
        if case .chunk(let chunk) = intake.take() { chunk.count } else { nil }
    }

    @Test("at most two stretches wait for a reader")
    func bounded() {
        var intake = BodyIntake()
        let size = BodyBufferPool.size
        #expect(feed(&intake, 3 * size) == 2 * size)
        #expect(feed(&intake, 1) == 0)
        #expect(taken(&intake) == size)
        #expect(feed(&intake, size) == size)
        #expect(feed(&intake, 1) == 0)
        #expect(taken(&intake) == size)
        #expect(taken(&intake) == size)
        guard case .nothingYet = intake.take() else {
            return #expect(Bool(false), "nothing is left and the end is open")
        }
    }

    @Test("what was filled is handed out at the end, and then the end, again and again")
    func end() {
        var intake = BodyIntake()
        #expect(feed(&intake, 5) == 5)
        #expect(!intake.isWanted)
        guard case .nothingYet = intake.take() else {
            return #expect(Bool(false), "a part of a stretch is not handed out")
        }
        #expect(intake.isWanted)
        _ = intake.finish()
        #expect(taken(&intake) == 5)
        for _ in 0..<2 { guard case .end = intake.take() else { return #expect(Bool(false), "the end stays the end") } }
    }

    @Test("a broken body fails, also for whoever comes late")
    func broken() {
        var intake = BodyIntake()
        _ = intake.fail(ClientGone())
        _ = intake.finish()
        guard case .failed(let error) = intake.take() else { return #expect(Bool(false), "it must fail") }
        #expect(error is ClientGone)
    }

    @Test("what nobody wants is taken and forgotten")
    func discarding() {
        var intake = BodyIntake()
        #expect(feed(&intake, 10) == 10)
        intake.discard()
        #expect(feed(&intake, 1 << 20) == 1 << 20)
        _ = intake.finish()
        guard case .end = intake.take() else { return #expect(Bool(false), "nothing was kept") }
    }

    @Test("a slice shares its chunk's bytes")
    func slices() {
        let chunk = BodyChunk([0, 1, 2, 3, 4, 5])
        #expect(chunk.slice(1..<5).slice(1..<3).bytes == [2, 3])
        #expect(chunk.slice(3..<3).count == 0)
    }

    @Test("a buffer goes back to its pool and comes out again")
    func pool() {
        let pool = BodyBufferPool()
        let address = { (buffer: BodyBuffer) in UInt(bitPattern: buffer.memory.baseAddress) }
        let first = address(pool.take())
        #expect(address(pool.take()) == first)
        let held = pool.take()
        #expect(address(pool.take()) != address(held))
    }

    @Test("bytes at hand come in chunks of the chosen size")
    func bytesSource() async throws {
        let body = RequestBody(bytes: [1, 2, 3, 4, 5], chunkSize: 2)
        var sizes: [Int] = []
        for try await chunk in body { sizes.append(chunk.count) }
        #expect(sizes == [2, 2, 1])
    }

    private func read(_ body: StreamBody, _ room: Int = 1_000) -> (StreamMachine.Read, String) {
        var space = [UInt8](repeating: 0, count: room)
        let read = space.withUnsafeMutableBytes { body.read(from: 0, into: $0) }
        guard case .bytes(let count) = read else { return (read, "") }
        return (read, String(decoding: space[..<count], as: UTF8.self))
    }

    @Test("a stream hands out its pieces in order, in whatever steps they are read")
    func streamOrder() {
        let body = StreamBody()
        for piece in ["one ", "", "two ", "three"] { #expect(body.push(Array(piece.utf8))) }
        body.end()
        #expect(!body.push([1]))
        var text = ""
        while case (.bytes, let part) = read(body, 3) { text += part }
        #expect(text == "one two three")
        #expect(read(body).0 == .end)
    }

    @Test("a push beyond the limit is refused, a single large piece is not")
    func streamLimit() {
        let body = StreamBody(limit: 10)
        #expect(body.push([UInt8](repeating: 1, count: 50)))
        #expect(!body.push([1]))
        #expect(read(body).0 == .bytes(50))
        #expect(body.push([UInt8](repeating: 1, count: 8)))
        #expect(!body.push([1, 2, 3]))
        #expect(body.push([1, 2]))
    }

    @Test("a connection that found nothing is woken once")
    func streamWake() {
        let body = StreamBody()
        let wakes = Mutex(0)
        body.attach { wakes.withLock { $0 += 1 } }
        body.push([1])
        #expect(wakes.withLock { $0 } == 0)
        _ = read(body)
        #expect(read(body).0 == .nothingYet)
        body.push([1])
        body.push([2])
        #expect(wakes.withLock { $0 } == 1)
        _ = read(body)
        #expect(read(body).0 == .nothingYet)
        body.end()
        #expect(wakes.withLock { $0 } == 2)
    }

    @Test("a writer waits for room and goes on when there is some")
    func streamWriter() async throws {
        let body = StreamBody(limit: 4)
        try await body.write([1, 2, 3])
        async let second: Void = body.write([4, 5])
        // Until the writer has come to wait, nothing is refused that would fit.
        while case (.bytes, _) = read(body, 1) {}
        try await second
        #expect(read(body).0 == .bytes(2))
    }

    @Test("a waiting writer learns that the client went away", arguments: [true, false])
    func streamClosed(byAbort: Bool) async throws {
        let body = StreamBody(limit: 1)
        #expect(body.push([1]))
        let writer = Task { try await body.write([2]) }
        if byAbort { body.abort() } else { body.close() }
        await #expect(throws: StreamClosed.self) { try await writer.value }
        #expect(!body.isOpen)
    }

    @Test("a waiting writer can be cancelled")
    func streamCancelled() async throws {
        let body = StreamBody(limit: 1)
        #expect(body.push([1]))
        let writer = Task { try await body.write([2]) }
        writer.cancel()
        await #expect(throws: CancellationError.self) { try await writer.value }
    }

    @Test("closing is told once, also to whoever asks late")
    func streamWhenClosed() {
        let body = StreamBody()
        let told = Mutex(0)
        body.whenClosed { told.withLock { $0 += 1 } }
        body.close()
        body.close()
        body.whenClosed { told.withLock { $0 += 10 } }
        #expect(told.withLock { $0 } == 11)
    }

    @Test("an aborted stream is broken for its reader")
    func streamAborted() {
        let body = StreamBody()
        body.push([1])
        body.abort()
        #expect(read(body).0 == .broken)
    }
}
