import Glibc

/// Small files that only their owner may read: tokens and keys.
package enum PrivateFile {
    /// More than this is not a token.
    private static let largest = 64 * 1_024

    /// The file's text, or `nil` when there is none. Throws `SystemError`. Blocks.
    package static func read(_ path: String) throws(SystemError) -> String? {
        do throws(SystemError) {
            let bytes = try OpenFile(reading: path).read(at: 0, count: largest)
            return String(decoding: bytes, as: UTF8.self)
        } catch  where error.errno == ENOENT {
            return nil
        }
    }

    /// Puts the text in place as a whole, mode 0600, and on the disk before this returns. Throws `SystemError`. Blocks.
    package static func write(_ text: String, to path: String) throws(SystemError) {
        let draft = "\(path).\(getpid()).tmp"
        unlink(draft)
        let descriptor = try sys("open") { open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600) }
        do throws(SystemError) {
            defer { close(descriptor) }
            try fill(descriptor, Array(text.utf8))
            try sys("fsync") { fsync(descriptor) }
            try sys("rename") { rename(draft, path) }
        } catch {
            unlink(draft)
            throw error
        }
        try syncFolder(of: path)
    }

    private static func fill(_ descriptor: Int32, _ bytes: [UInt8]) throws(SystemError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = try sys("write") { rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) } }
            rest = rest.dropFirst(count)
        }
    }

    /// A new name is lost at a power cut until its folder is on the disk too.
    private static func syncFolder(of path: String) throws(SystemError) {
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        let folder = slash.map { String(path[..<$0]) } ?? "."
        let descriptor = try sys("open") { open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        defer { close(descriptor) }
        try sys("fsync") { fsync(descriptor) }
    }
}
