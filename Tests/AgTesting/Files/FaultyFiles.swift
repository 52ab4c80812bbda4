package import AgBase
package import AgBlobs
import Synchronization

/// A file system on which chosen calls fail: the nth one once, or the nth one and all after it.
package final class FaultyFiles: FileOperations {
    package enum Span: Sendable, CaseIterable {
        case once
        case forever
    }

    private struct State {
        var calls = 0
        var failures = 0
    }

    private let real = DiskFiles()
    private let nth: Int
    private let span: Span
    private let code: Int32
    /// When set, every write stops after this many bytes.
    private let longestWrite: Int
    private let state = Mutex(State())

    package init(failing nth: Int, _ span: Span = .once, with code: Int32, longestWrite: Int = .max) {
        self.nth = nth
        self.span = span
        self.code = code
        self.longestWrite = longestWrite
    }

    /// Whether any call has failed so far; when none did, every call of the scenario has been tried.
    package var broke: Bool { state.withLock { $0.failures > 0 } }

    private func step(_ call: String) throws(SystemError) {
        let fails = state.withLock { state in
            state.calls += 1
            let fails = span == .once ? state.calls == nth : state.calls >= nth
            if fails { state.failures += 1 }
            return fails
        }
        if fails { throw SystemError(call: call, errno: code) }
    }

    package func create(_ path: String) throws(SystemError) -> OpenFile {
        try step("open")
        return try real.create(path)
    }

    package func open(_ path: String) throws(SystemError) -> OpenFile {
        try step("open")
        return try real.open(path)
    }

    package func write(_ bytes: UnsafeRawBufferPointer, to file: OpenFile) throws(SystemError) -> Int {
        try step("write")
        return try real.write(UnsafeRawBufferPointer(rebasing: bytes.prefix(longestWrite)), to: file)
    }

    package func allocate(_ bytes: Int64, for file: OpenFile) throws(SystemError) {
        try step("posix_fallocate")
        try real.allocate(bytes, for: file)
    }

    package func sync(_ file: OpenFile) throws(SystemError) {
        try step("fsync")
        try real.sync(file)
    }

    package func syncFolder(_ path: String) throws(SystemError) {
        try step("fsync")
        try real.syncFolder(path)
    }

    package func link(_ path: String, as other: String) throws(SystemError) {
        try step("link")
        try real.link(path, as: other)
    }

    package func rename(_ path: String, to other: String) throws(SystemError) {
        try step("rename")
        try real.rename(path, to: other)
    }

    package func remove(_ path: String) throws(SystemError) {
        try step("unlink")
        try real.remove(path)
    }

    package func touch(_ path: String) throws(SystemError) {
        try step("utimensat")
        try real.touch(path)
    }

    package func makeFolder(_ path: String) throws(SystemError) -> Bool {
        try step("mkdir")
        return try real.makeFolder(path)
    }

    package func names(in folder: String) throws(SystemError) -> [String] {
        try step("readdir")
        return try real.names(in: folder)
    }

    package func room(at folder: String) throws(SystemError) -> DiskRoom {
        try step("statvfs")
        return try real.room(at: folder)
    }

    package func status(of path: String) throws(SystemError) -> FileStatus? {
        try step("lstat")
        return try real.status(of: path)
    }
}
