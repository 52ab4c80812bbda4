import AgBase
import Synchronization

/// A long file as a body in pieces.
///
/// What is in memory is copied by the loop, and the rest is read by the threads of `FileReads` while the connection is
/// suspended: a long file may leave the memory while a slow client takes it, so a look at its beginning would not do.
///
/// Not a `StreamBody` with a producer, as contents without a descriptor are: that would cost a task, an array and a second
/// copy for each piece, and what is in memory goes from there into the library's space at once.
final class FileSource: SentInPieces {
    private struct State {
        /// What was read for the connection, and where in the file it begins.
        var bytes: [UInt8] = []
        var offset: Int64 = 0
        var isReading = false
        var hasFailed = false

        /// Copies what was read before; `nil` when that does not hold the offset.
        mutating func copy(from offset: Int64, into space: UnsafeMutableRawBufferPointer) -> Int? {
            let start = Int(offset - self.offset)
            guard bytes.indices.contains(start) else {
                bytes = []
                return nil
            }
            let count = min(space.count, bytes.count - start)
            unsafe bytes.withUnsafeBytes { bytes in
                unsafe space.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[start..<start + count]))
            }
            return count
        }
    }

    private let file: OpenFile
    private let range: Range<Int64>
    private let reads: FileReads
    private let wake: @Sendable () -> Void
    private let state = Mutex(State())

    /// - Parameter wake: called when bytes are there for which a read found nothing yet.
    init(_ file: OpenFile, _ range: Range<Int64>, _ reads: FileReads, wake: @escaping @Sendable () -> Void) {
        self.file = file
        self.range = range
        self.reads = reads
        self.wake = wake
    }

    var length: Int64? { Int64(range.count) }

    func read(from position: Int64, into space: UnsafeMutableRawBufferPointer) -> StreamMachine.Read {
        let rest = range.lowerBound + position..<range.upperBound
        return unsafe step(rest, into: UnsafeMutableRawBufferPointer(rebasing: space.prefix(rest.count)))
    }

    private func step(_ rest: Range<Int64>, into space: UnsafeMutableRawBufferPointer) -> StreamMachine.Read {
        if rest.isEmpty { return .end }
        return state.withLock { state in
            if state.hasFailed { return .broken }
            if state.isReading { return .nothingYet }
            if let count = unsafe state.copy(from: rest.lowerBound, into: space) { return .bytes(count) }
            switch unsafe reads.access.readCached(file, at: rest.lowerBound, into: space) {
            case 0?: return .broken
            case let count?: return .bytes(count)
            case nil: break
            }
            state.isReading = true
            read(rest)
            return .nothingYet
        }
    }

    private func read(_ rest: Range<Int64>) {
        reads.next(file, rest) { [self] bytes in
            state.withLock { state in
                state.isReading = false
                state.hasFailed = bytes == nil
                state.bytes = bytes ?? []
                state.offset = rest.lowerBound
            }
            wake()
        }
    }
}
