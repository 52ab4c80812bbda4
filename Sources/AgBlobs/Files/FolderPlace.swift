import AgBase
import Glibc

/// A name in an open folder that was reached without following a link.
///
/// A link in the storage could lead reads, writes and removals anywhere, so each folder on the way is opened by itself
/// and refused when it is one. Paths come from `RealPath`, so links that the operator made above the storage are none.
struct FolderPlace {
    /// `O_PATH`, which the C library's header hides from Swift: a folder that one may pass through need not be readable.
    private static let passThrough: Int32 = 0o10_000_000

    let folder: OpenFile
    let name: String

    /// Throws `SystemError` with `ENOTDIR` where a folder on the way is a link or a file.
    init(_ path: String) throws(SystemError) {
        var names = path.split(separator: "/").map { String($0) }
        name = names.popLast() ?? "."
        var current = try Self.open(AT_FDCWD, path.hasPrefix("/") ? "/" : ".")
        for name in names { current = try Self.open(current.descriptor, name) }
        folder = current
    }

    private static func open(_ folder: Int32, _ name: String) throws(SystemError) -> OpenFile {
        OpenFile(
            adopting: try sys("openat") {
                openat(folder, name, passThrough | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            })
    }

    /// The place itself, as a folder that can be listed and synced.
    func openFolder() throws(SystemError) -> Int32 {
        try sys("openat") { openat(folder.descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) }
    }

    /// What lies there, links not followed.
    func status() throws(SystemError) -> stat {
        var info = stat()
        try sys("fstatat") { fstatat(folder.descriptor, name, &info, AT_SYMLINK_NOFOLLOW) }
        return info
    }
}
