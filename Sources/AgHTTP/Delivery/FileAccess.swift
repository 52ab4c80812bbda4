package import AgBase
import CMicrohttpd

/// How the bytes of files are read that are sent. The first two never wait for a disk, so that a loop may call them.
package protocol FileAccess: Sendable {
    /// Whether all of the range is in memory, so that sending it needs no disk.
    func isCached(_ file: OpenFile, _ range: Range<Int64>) -> Bool

    /// Copies bytes that are in memory; `nil` when the first of them is not, or when the file system cannot tell. 0 is the end
    /// of the file.
    func readCached(_ file: OpenFile, at offset: Int64, into space: UnsafeMutableRawBufferPointer) -> Int?

    /// Up to `count` bytes; fewer only at the end of the file. Blocks. Throws `SystemError`.
    func read(_ file: OpenFile, at offset: Int64, count: Int) throws(SystemError) -> [UInt8]
}

/// Files by way of the kernel's page cache.
package struct PageCache: FileAccess {
    package init() {}

    package func isCached(_ file: OpenFile, _ range: Range<Int64>) -> Bool {
        cmhd_is_cached(file.descriptor, UInt64(range.lowerBound), range.count)
    }

    package func readCached(_ file: OpenFile, at offset: Int64, into space: UnsafeMutableRawBufferPointer) -> Int? {
        let count = unsafe cmhd_read_cached(file.descriptor, space.baseAddress, space.count, UInt64(offset))
        return count < 0 ? nil : count
    }

    package func read(_ file: OpenFile, at offset: Int64, count: Int) throws(SystemError) -> [UInt8] {
        try file.read(at: offset, count: count)
    }
}

/// Reads files for all loops of a server, on threads that may wait for a disk.
final class FileReads: Sendable {
    /// As many reads of a disk that hangs keep others waiting; each connection has one at a time.
    private static let threads = 4
    /// In bytes, of one read.
    private static let step = 256 << 10

    let access: any FileAccess
    private let pool = BlockingPool(threads: FileReads.threads, name: "http-file")

    init(_ access: any FileAccess) {
        self.access = access
    }

    /// Brings a range into memory. False when the file ends before its end, or cannot be read, and when the task is cancelled:
    /// a server that stops does not wait for a disk that hangs.
    func load(_ file: OpenFile, _ range: Range<Int64>) async -> Bool {
        let result = Promise<Bool>()
        return await withTaskCancellationHandler {
            pool.submit { [access] in result.resolve(Self.walk(file, range, access)) }
            return await result.value
        } onCancel: {
            result.resolve(false)
        }
    }

    private static func walk(_ file: OpenFile, _ range: Range<Int64>, _ access: any FileAccess) -> Bool {
        var offset = range.lowerBound
        while offset < range.upperBound {
            let count = Int(min(Int64(step), range.upperBound - offset))
            guard let bytes = try? access.read(file, at: offset, count: count), bytes.count == count else {
                return false
            }
            offset += Int64(count)
        }
        return true
    }

    /// Reads the next bytes of a range; `nil` as `load` is false.
    func next(_ file: OpenFile, _ range: Range<Int64>, then body: @escaping @Sendable ([UInt8]?) -> Void) {
        pool.submit { [access] in
            let count = min(Self.step, range.count)
            let bytes = try? access.read(file, at: range.lowerBound, count: count)
            body(bytes?.count == count ? bytes : nil)
        }
    }
}
