import Glibc

/// An open file descriptor with one owner: it is closed when the last reference goes.
package final class OpenFile: Sendable {
    package let descriptor: Int32

    /// Takes over `descriptor`; no other code may close it.
    package init(adopting descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Opens a file for reading. Throws `SystemError`.
    package convenience init(reading path: String) throws(SystemError) {
        self.init(adopting: try sys("open") { open(path, O_RDONLY | O_CLOEXEC) })
    }

    deinit {
        close(descriptor)
    }

    /// The file's length in bytes.
    package func length() throws(SystemError) -> Int64 {
        var info = stat()
        try sys("fstat") { fstat(descriptor, &info) }
        return Int64(info.st_size)
    }

    /// Up to `count` bytes from `offset`; fewer only at the end of the file. Blocks.
    package func read(at offset: Int64, count: Int) throws(SystemError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let step = try sys("pread") {
                bytes.withUnsafeMutableBytes { buffer in
                    pread(descriptor, buffer.baseAddress! + filled, count - filled, off_t(offset) + off_t(filled))
                }
            }
            if step == 0 { break }
            filled += step
        }
        bytes.removeLast(count - filled)
        return bytes
    }
}
