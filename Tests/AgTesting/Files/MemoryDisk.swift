import AgBase
import Glibc

/// A real file system of a few megabytes in memory, mounted over a folder of a test's own. Needs root.
package final class MemoryDisk: Sendable {
    package let folder: TemporaryFolder

    /// Whether this process may mount; a container often may not, even as root.
    package static let isPossible: Bool = {
        guard let disk = MemoryDisk(megabytes: 1) else { return false }
        withExtendedLifetime(disk) {}
        return true
    }()

    package init?(megabytes: Int) {
        folder = TemporaryFolder()
        guard mount("tmpfs", folder.path, "tmpfs", 0, "size=\(megabytes)m") == 0 else { return nil }
    }

    deinit {
        umount2(folder.path, Int32(MNT_DETACH))
    }

    package var freeBytes: Int {
        var info = statvfs()
        guard statvfs(folder.path, &info) == 0 else { return 0 }
        return Int(info.f_bavail) * Int(info.f_frsize)
    }

    /// Fills it to the last byte with one file; removing that empties it again.
    package func fill() {
        let file = open(folder.file("filler"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else { return }
        defer { close(file) }
        for size in [1 << 20, 4_096, 1] {
            let bytes = [UInt8](repeating: 1, count: size)
            while write(file, bytes, size) > 0 {}
        }
    }

    package func empty() {
        unlink(folder.file("filler"))
    }
}
