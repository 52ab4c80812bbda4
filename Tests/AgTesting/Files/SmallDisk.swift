package import AgBase
package import AgBlobs
import Synchronization

/// A disk of a few bytes: what is written through it takes its room, what is removed gives it back, and beyond its size
/// there is none. It remembers how low it ever was.
package final class SmallDisk: FileOperations {
    private struct State {
        var used: Int64 = 0
        var most: Int64 = 0
    }

    private let real = DiskFiles()
    private let total: Int64
    private let disk: UInt64
    private let state = Mutex(State())

    package init(total: Int64, disk: UInt64 = 1) {
        self.total = total
        self.disk = disk
    }

    /// The least room that there ever was.
    package var leastFree: Int64 { state.withLock { total - $0.most } }
    package var free: Int64 { state.withLock { total - $0.used } }

    /// Fills it up, or makes room when the number is negative.
    package func take(_ bytes: Int64) {
        state.withLock { state in
            state.used += bytes
            state.most = max(state.most, state.used)
        }
    }

    private func take(_ call: String, _ bytes: Int64) throws(SystemError) {
        guard bytes <= free else { throw SystemError(call: call, errno: 28) }
        take(bytes)
    }

    package func create(_ path: String) throws(SystemError) -> OpenFile { try real.create(path) }
    package func open(_ path: String) throws(SystemError) -> OpenFile { try real.open(path) }

    package func write(_ bytes: UnsafeRawBufferPointer, to file: OpenFile) throws(SystemError) -> Int {
        try take("write", Int64(bytes.count))
        return try real.write(bytes, to: file)
    }

    package func allocate(_ bytes: Int64, for file: OpenFile) throws(SystemError) {
        try take("posix_fallocate", bytes)
        try real.allocate(bytes, for: file)
    }

    package func remove(_ path: String) throws(SystemError) {
        let status = try real.status(of: path)
        try real.remove(path)
        if let status, status.linkCount == 1 { take(-status.byteCount) }
    }

    package func sync(_ file: OpenFile) throws(SystemError) { try real.sync(file) }
    package func syncFolder(_ path: String) throws(SystemError) { try real.syncFolder(path) }
    package func link(_ path: String, as other: String) throws(SystemError) { try real.link(path, as: other) }
    package func rename(_ path: String, to other: String) throws(SystemError) { try real.rename(path, to: other) }
    package func touch(_ path: String) throws(SystemError) { try real.touch(path) }
    package func makeFolder(_ path: String) throws(SystemError) -> Bool { try real.makeFolder(path) }
    package func names(in folder: String) throws(SystemError) -> [String] { try real.names(in: folder) }
    package func status(of path: String) throws(SystemError) -> FileStatus? { try real.status(of: path) }

    package func room(at folder: String) throws(SystemError) -> DiskRoom {
        DiskRoom(total: total, free: free, disk: disk)
    }
}
