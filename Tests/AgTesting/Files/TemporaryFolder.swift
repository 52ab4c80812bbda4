import AgBase
import Glibc

/// A folder of a test's own, removed with all that is in it when the last reference goes.
package final class TemporaryFolder: Sendable {
    package let path: String

    package init() {
        path = "/tmp/argentum-test-\(UUIDv7.shared.next())"
        precondition(mkdir(path, 0o700) == 0, "The folder \(path) could not be made: errno \(errno)")
    }

    deinit {
        clear(path)
    }

    private func clear(_ folder: String) {
        for name in names(in: folder) {
            let path = "\(folder)/\(name)"
            if isFolder(path) { clear(path) } else { unlink(path) }
        }
        rmdir(folder)
    }

    /// The path of a file of this name in the folder.
    package func file(_ name: String) -> String { "\(path)/\(name)" }

    /// The names of all files below the folder, relative to it, sorted.
    package func files(below folder: String = "") -> [String] {
        let absolute = folder.isEmpty ? path : "\(path)/\(folder)"
        return names(in: absolute)
            .flatMap { name in
                let relative = folder.isEmpty ? name : "\(folder)/\(name)"
                return isFolder("\(path)/\(relative)") ? files(below: relative) : [relative]
            }
            .sorted()
    }

    private func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    private func isFolder(_ path: String) -> Bool {
        var info = stat()
        return lstat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
    }
}
