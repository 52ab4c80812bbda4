import AgBase
import AgHTTP
import Dispatch
import Synchronization

/// A disk that nothing is cached of, and whose reads hang until it is let go.
final class HeldFiles: FileAccess {
    private let arrivals = AsyncStream<Void>.makeStream()
    private let release = DispatchSemaphore(value: 0)
    private let count = Mutex(0)

    /// - Parameter isHeld: false is a disk that is slow and works.
    init(isHeld: Bool = true) {
        if !isHeld { letGo() }
    }

    var readCount: Int { count.withLock { $0 } }

    func isCached(_ file: OpenFile, _ range: Range<Int64>) -> Bool { false }

    func readCached(_ file: OpenFile, at offset: Int64, into space: UnsafeMutableRawBufferPointer) -> Int? { nil }

    func read(_ file: OpenFile, at offset: Int64, count wanted: Int) throws(SystemError) -> [UInt8] {
        count.withLock { $0 += 1 }
        arrivals.continuation.yield()
        release.wait()
        release.signal()
        return try file.read(at: offset, count: wanted)
    }

    /// Waits until a read has come.
    func arrived() async {
        for await _ in arrivals.stream { return }
    }

    func letGo() { release.signal() }
}
