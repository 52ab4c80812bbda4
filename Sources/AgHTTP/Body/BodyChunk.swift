/// A stretch of a request's body, up to 128 KiB, in memory that is used again when the last chunk on it goes.
package struct BodyChunk: Sendable {
    private let buffer: BodyBuffer
    private let range: Range<Int>

    init(buffer: BodyBuffer, range: Range<Int>) {
        self.buffer = buffer
        self.range = range
    }

    /// A chunk with bytes of its own.
    package init(_ bytes: some Collection<UInt8>) {
        self.init(buffer: BodyBuffer(copying: bytes), range: 0..<bytes.count)
    }

    package var count: Int { range.count }

    /// Lends the bytes for one call.
    package func withUnsafeBytes<Value>(_ body: (UnsafeRawBufferPointer) throws -> Value) rethrows -> Value {
        unsafe try body(UnsafeRawBufferPointer(rebasing: buffer.memory[range]))
    }

    /// A copy of the bytes.
    package var bytes: [UInt8] { unsafe withUnsafeBytes { unsafe [UInt8]($0) } }

    /// A part of this chunk on the same memory; offsets count from this chunk's start.
    package func slice(_ part: Range<Int>) -> BodyChunk {
        precondition(part.upperBound <= count, "A slice to \(part.upperBound) of a chunk of \(count) bytes")
        return BodyChunk(buffer: buffer, range: range.lowerBound + part.lowerBound..<range.lowerBound + part.upperBound)
    }
}
