import Synchronization

/// Bytes of a known length that are read by ranges, wherever they lie: in memory, in a file, on another machine.
///
/// It stays readable while it is referenced, also when what it was opened from is removed in the meantime, as far as the
/// place that it comes from can promise that: an open file can, another machine may not.
package final class BlobContent: Sendable {
    /// Takes the next bytes of a range. The reader waits until it returns: that is the back-pressure.
    package typealias Sink = @Sendable (_ piece: [UInt8]) async throws -> Void
    /// Reads a range that lies inside of the content and gives it to the sink, in order and in pieces of any size. Must not
    /// block the caller's thread.
    package typealias Reader = @Sendable (_ range: Range<Int64>, _ sink: @escaping Sink) async throws -> Void

    /// A piece of a file: large enough that a hop to another thread does not count, and small enough for memory.
    private static let step: Int64 = 256 << 10

    /// Of the plain bytes. What lies in a store may be longer, where it is encrypted.
    package let byteCount: Int64
    /// All of them, when they were few enough to be read at once.
    package let bytes: [UInt8]?
    /// A descriptor that gives exactly these bytes from its begin on, when there is one: the kernel can send from it.
    package let file: OpenFile?
    private let reader: Reader

    /// Bytes in memory.
    package init(_ bytes: [UInt8]) {
        byteCount = Int64(bytes.count)
        self.bytes = bytes
        file = nil
        reader = { range, sink in try await sink(Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)])) }
    }

    /// The first bytes of an open file, which must have as many.
    ///
    /// - Parameter pool: the threads that may wait for the disk.
    package init(_ file: OpenFile, byteCount: Int64, pool: BlockingPool) {
        self.byteCount = byteCount
        bytes = nil
        self.file = file
        reader = { range, sink in
            var position = range.lowerBound
            while position < range.upperBound {
                let (start, count) = (position, Int(min(Self.step, range.upperBound - position)))
                let piece = try await pool.run { try file.read(at: start, count: count) }
                // Shorter than it was: `send` says so.
                if piece.isEmpty { return }
                try await sink(piece)
                position += Int64(piece.count)
            }
        }
    }

    /// Bytes that have no descriptor on this machine.
    package init(byteCount: Int64, reader: @escaping Reader) {
        self.byteCount = byteCount
        bytes = nil
        file = nil
        self.reader = reader
    }

    /// The first bytes of a file: in memory when they are few, else as the open file. Blocks. Throws `SystemError`, and
    /// `ContentMismatch` when the file has fewer.
    ///
    /// - Parameter limit: up to this length the bytes are read at once.
    package static func reading(
        _ file: OpenFile, byteCount: Int64, upTo limit: Int64, pool: BlockingPool
    ) throws -> BlobContent {
        guard byteCount <= limit else { return BlobContent(file, byteCount: byteCount, pool: pool) }
        let bytes = try file.read(at: 0, count: Int(byteCount))
        guard bytes.count == byteCount else { throw ContentMismatch(expected: byteCount, found: Int64(bytes.count)) }
        return BlobContent(bytes)
    }

    /// Gives a range to the sink, in order and in pieces. Throws what reader and sink throw, `ContentMismatch` when the bytes
    /// end early, and `CancellationError`.
    package func send(_ range: Range<Int64>, to sink: @escaping Sink) async throws {
        precondition(
            range.lowerBound >= 0 && range.upperBound <= byteCount, "\(range) is outside of \(byteCount) bytes")
        if range.isEmpty { return }
        let tally = Tally()
        try await reader(range) { piece in
            try Task.checkCancellation()
            // More than was asked for would be another content.
            guard tally.add(piece.count) <= range.count else { throw tally.mismatch(range) }
            try await sink(piece)
        }
        guard tally.count == range.count else { throw tally.mismatch(range) }
    }

    /// A range as a whole. Throws as `send` does.
    package func bytes(_ range: Range<Int64>) async throws -> [UInt8] {
        if let bytes { return Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)]) }
        let pieces = Mutex<[UInt8]>([])
        try await send(range) { piece in pieces.withLock { $0 += piece } }
        return pieces.withLock { $0 }
    }
}

/// The bytes of a range that a reader has given so far.
private final class Tally: Sendable {
    private let total = Atomic<Int>(0)

    var count: Int { total.load(ordering: .sequentiallyConsistent) }

    func add(_ count: Int) -> Int { total.add(count, ordering: .sequentiallyConsistent).newValue }

    func mismatch(_ range: Range<Int64>) -> ContentMismatch {
        ContentMismatch(expected: Int64(range.count), found: Int64(count))
    }
}

/// A content that gave another number of bytes than it has: what it was read from has changed.
package struct ContentMismatch: Error, CustomStringConvertible {
    package let expected: Int64
    package let found: Int64

    package var description: String { "\(found) bytes came where \(expected) were expected." }
}
