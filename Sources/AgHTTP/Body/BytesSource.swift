import Synchronization

/// Bytes at hand as a body, in chunks of a chosen size.
package final class BytesSource: BodySource {
    private let bytes: [UInt8]
    private let chunkSize: Int
    private let offset = Mutex(0)

    package init(_ bytes: [UInt8], chunkSize: Int = 128 << 10) {
        precondition(chunkSize > 0, "Chunks must hold at least one byte")
        self.bytes = bytes
        self.chunkSize = chunkSize
    }

    /// It is all there.
    package func mustArrive(within limit: Duration) {}

    package func next() async throws -> BodyChunk? {
        offset.withLock { offset in
            guard offset < bytes.count else { return nil }
            let end = min(bytes.count, offset + chunkSize)
            defer { offset = end }
            return BodyChunk(bytes[offset..<end])
        }
    }
}
