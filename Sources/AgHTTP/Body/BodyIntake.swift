/// What arrives of a request's body between the connection and its reader, without locks or threads.
///
/// At most two stretches wait: one full, one being filled. Each step returns what to run once the lock is released.
struct BodyIntake {
    typealias Effect = @Sendable () -> Void

    enum Take {
        case chunk(BodyChunk)
        case end
        case failed(any Error)
        /// Nothing yet; call `wait`.
        case nothingYet
    }

    private enum End {
        case complete
        case broken(any Error)
    }

    /// The handler has asked for the body at least once.
    private(set) var isWanted = false
    /// The rest is not read: what arrives is discarded.
    private(set) var isDiscarding = false
    private var ready: BodyChunk?
    private var filling: BodyBuffer?
    private var filled = 0
    private var end: End?
    private var reader: CheckedContinuation<BodyChunk?, any Error>?

    /// Takes what there is room for; the caller holds back the rest until the reader has taken a chunk.
    mutating func feed(_ bytes: UnsafeRawBufferPointer) -> (taken: Int, effect: Effect?) {
        if isDiscarding { return (bytes.count, nil) }
        var taken = 0
        while taken < bytes.count {
            if filled == BodyBufferPool.size, !makeReady() { break }
            unsafe taken += fill(UnsafeRawBufferPointer(rebasing: bytes[taken...]))
        }
        if filled == BodyBufferPool.size { _ = makeReady() }
        return (taken, serveReader())
    }

    private mutating func fill(_ bytes: UnsafeRawBufferPointer) -> Int {
        let buffer = filling ?? BodyBufferPool.shared.take()
        filling = buffer
        let count = min(bytes.count, BodyBufferPool.size - filled)
        unsafe UnsafeMutableRawBufferPointer(rebasing: buffer.memory[filled..<filled + count])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
        filled += count
        return count
    }

    /// Moves what was filled to the place the reader takes from, unless that is occupied.
    private mutating func makeReady() -> Bool {
        guard ready == nil, let buffer = filling, filled > 0 else { return false }
        ready = BodyChunk(buffer: buffer, range: 0..<filled)
        filling = nil
        filled = 0
        return true
    }

    /// The body has arrived completely.
    mutating func finish() -> Effect? {
        if end == nil { end = .complete }
        return serveReader()
    }

    /// The body will not arrive.
    mutating func fail(_ error: any Error) -> Effect? {
        if end == nil { end = .broken(error) }
        return serveReader()
    }

    mutating func discard() {
        isDiscarding = true
        ready = nil
        filling = nil
        filled = 0
    }

    mutating func take() -> Take {
        isWanted = true
        if let chunk = ready {
            ready = nil
            if filled == BodyBufferPool.size { _ = makeReady() }
            return .chunk(chunk)
        }
        switch end {
        case nil: return .nothingYet
        case .broken(let error): return .failed(error)
        case .complete: return makeReady() ? take() : .end
        }
    }

    /// Keeps the reader until there is something for it; serves it at once if there is already.
    mutating func wait(_ continuation: CheckedContinuation<BodyChunk?, any Error>) -> Effect? {
        precondition(reader == nil, "Two tasks read one request body")
        // A cancellation that came before this step found no reader to wake.
        guard !Task.isCancelled else { return { continuation.resume(throwing: CancellationError()) } }
        reader = continuation
        return serveReader()
    }

    mutating func stopWaiting() -> Effect? {
        guard let reader else { return nil }
        self.reader = nil
        return { reader.resume(throwing: CancellationError()) }
    }

    private mutating func serveReader() -> Effect? {
        guard let reader else { return nil }
        switch take() {
        case .nothingYet: return nil
        case .chunk(let chunk):
            self.reader = nil
            return { reader.resume(returning: chunk) }
        case .end:
            self.reader = nil
            return { reader.resume(returning: nil) }
        case .failed(let error):
            self.reader = nil
            return { reader.resume(throwing: error) }
        }
    }
}
