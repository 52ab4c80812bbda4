package import AgBase
import Synchronization

/// A request's body, read once, as it arrives; nothing is read from the socket faster than it is read here.
package struct RequestBody: AsyncSequence, Sendable {
    package typealias Element = BodyChunk
    package typealias Failure = any Error

    /// What the client announced, `nil` for chunked transfer. Zero when there is no body.
    package let declaredLength: Int64?
    private let source: (any BodySource)?
    private let meter: BodyMeter

    package init(source: (any BodySource)?, declaredLength: Int64?) {
        self.source = source
        self.declaredLength = declaredLength
        meter = BodyMeter()
    }

    /// Bytes at hand as a body.
    package init(bytes: [UInt8], chunkSize: Int = 128 << 10) {
        self.init(source: BytesSource(bytes, chunkSize: chunkSize), declaredLength: Int64(bytes.count))
    }

    package static var empty: RequestBody { RequestBody(source: nil, declaredLength: 0) }

    package var isEmpty: Bool { declaredLength == 0 }

    /// Allows no more than that many bytes. Throws `Fault` 413 `body-too-large` at once when more were announced,
    /// otherwise from the read that goes beyond.
    package func limit(to bytes: Int64) throws(Fault) {
        meter.limit(to: bytes)
        if let declaredLength, declaredLength > bytes {
            throw BodyMeter.tooLarge(limit: bytes, announced: declaredLength)
        }
    }

    /// The whole body, for those that are small. Throws `Fault` 413 `body-too-large` beyond `limit`.
    package func bytes(limit: Int) async throws -> [UInt8] {
        try self.limit(to: Int64(limit))
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(declaredLength ?? 0))
        for try await chunk in self { unsafe chunk.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) } }
        return bytes
    }

    /// The same up to the limit that is set already, and within this time: it throws `Fault` 408 `body-too-slow` after it.
    /// The least rate of a connection alone would let a small body take minutes.
    package func bytes(within limit: Duration) async throws -> [UInt8] {
        source?.mustArrive(within: limit)
        var bytes: [UInt8] = []
        for try await chunk in self { unsafe chunk.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) } }
        return bytes
    }

    /// Has `check` run when a reader comes to the end, before it learns that this is the end: what it throws, the reader
    /// gets. For what was true before the body arrived, and may not be any more.
    package func whenComplete(_ check: @escaping @Sendable () async throws -> Void) {
        meter.whenComplete(check)
    }

    package func makeAsyncIterator() -> Iterator { Iterator(source: source, meter: meter) }

    package struct Iterator: AsyncIteratorProtocol {
        fileprivate let source: (any BodySource)?
        fileprivate let meter: BodyMeter

        package mutating func next() async throws -> BodyChunk? {
            guard let chunk = try await source?.next() else {
                try await meter.checkCompletion()
                return nil
            }
            try meter.count(chunk.count)
            return chunk
        }
    }
}

/// Counts what was read of a body against the tightest limit set so far.
private final class BodyMeter: Sendable {
    private struct State {
        var read: Int64 = 0
        var limit = Int64.max
        var completion: (@Sendable () async throws -> Void)?
    }

    private let state = Mutex(State())

    func limit(to bytes: Int64) {
        state.withLock { $0.limit = min($0.limit, bytes) }
    }

    func whenComplete(_ check: @escaping @Sendable () async throws -> Void) {
        state.withLock { $0.completion = check }
    }

    func checkCompletion() async throws {
        try await state.withLock { $0.completion }?()
    }

    func count(_ bytes: Int) throws(Fault) {
        let passed: Int64? = state.withLock { state in
            state.read += Int64(bytes)
            return state.read > state.limit ? state.limit : nil
        }
        if let passed { throw Self.tooLarge(limit: passed, announced: nil) }
    }

    static func tooLarge(limit: Int64, announced: Int64?) -> Fault {
        let size = announced.map { "is \($0) bytes" } ?? "goes on"
        return Fault(.tooLarge, "body-too-large", "The body \(size); at most \(limit) bytes are taken here.")
    }
}
