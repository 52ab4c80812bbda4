package import AgBase

internal import Glibc

/// The file with the master key: made once with mode 0600, never written over.
package struct MasterKeyStore: Sendable {
    private static let longest = 4_096

    package let path: String

    package init(path: String) {
        self.path = path
    }

    /// `nil` when there is none. Throws `master-key-exposed` for a file that group or others may read, `not-a-master-key`, and
    /// `SystemError`. Blocks.
    package func read() throws -> MasterKeyFile? {
        guard let file = try openFile() else { return nil }
        try checkMode(of: file)
        return try MasterKeyFile(reading: Secret(try file.read(at: 0, count: Self.longest)))
    }

    private func openFile() throws(SystemError) -> OpenFile? {
        do throws(SystemError) {
            return try OpenFile(reading: path)
        } catch  where error.errno == ENOENT {
            return nil
        }
    }

    /// Keeps a key that nothing was wrapped with yet. Throws `SystemError` with `EEXIST` when there is a file: of two processes that
    /// begin at once, one keeps its key and the other reads it. On the disk before this returns. Blocks.
    package func create(_ content: MasterKeyFile) throws(SystemError) {
        let draft = "\(path).\(getpid()).new"
        unsafe unlink(draft)
        defer { unsafe unlink(draft) }
        let descriptor = try sys("open") { unsafe open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600) }
        defer { close(descriptor) }
        try fill(descriptor, content.text)
        try sys("fsync") { fsync(descriptor) }
        try sys("link") { unsafe link(draft, path) }
        try syncFolder()
    }

    private func checkMode(of file: OpenFile) throws {
        var info = stat()
        try sys("fstat") { unsafe fstat(file.descriptor, &info) }
        guard info.st_mode & 0o077 == 0 else {
            throw Fault(
                .internal, "master-key-exposed",
                "Others than its owner may read the master key; take that away with chmod 600 and change the key.")
        }
    }

    private func fill(_ descriptor: Int32, _ text: Secret) throws(SystemError) {
        let count = text.reveal { $0.count }
        let written = try sys("write") { text.reveal { unsafe write(descriptor, $0, $0.count) } }
        // A text of a few hundred bytes is written in part when the disk is full.
        guard written == count else { throw SystemError(call: "write", errno: ENOSPC) }
    }

    /// A new name is lost at a power cut until its folder is on the disk too.
    private func syncFolder() throws(SystemError) {
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = try sys("open") { unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        defer { close(descriptor) }
        try sys("fsync") { fsync(descriptor) }
    }
}
