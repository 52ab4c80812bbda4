import AgBase
import Glibc

/// The files that an upload will send, found by walking what was named.
struct UploadPlan: Sendable {
    struct Item: Sendable, Hashable {
        let path: LocalPath
        let byteCount: Int64
    }

    private(set) var items: [Item] = []
    /// What cannot be sent, each with its reason.
    private(set) var refused: [(path: LocalPath, reason: String)] = []
    /// Files inside folders that neither are called nor begin like a picture. Files that were named are sent whatever
    /// they are.
    private(set) var skipped = 0

    /// Blocks for the disk.
    init(_ paths: [LocalPath]) {
        for path in paths { add(path, isNamed: true) }
    }

    var byteCount: Int64 { items.reduce(0) { $0 + $1.byteCount } }

    private mutating func add(_ path: LocalPath, isNamed: Bool) {
        var info = stat()
        guard path.withCString({ stat($0, &info) }) == 0 else { return refuse(path, errno) }
        switch info.st_mode & S_IFMT {
        case S_IFDIR: addFolder(path)
        case S_IFREG: addFile(Item(path: path, byteCount: Int64(info.st_size)), isNamed: isNamed)
        default: passOver(path, "It is neither a file nor a folder.", isNamed: isNamed)
        }
    }

    private mutating func refuse(_ path: LocalPath, _ code: Int32) {
        refused.append((path, "\(String(cString: strerror(code)))."))
    }

    /// Nothing that looks like a picture by its name goes without a line.
    private mutating func passOver(_ path: LocalPath, _ reason: String, isNamed: Bool) {
        if isNamed || path.isNamedLikePicture { refused.append((path, reason)) } else { skipped += 1 }
    }

    /// In the order of names, so that two runs do the same. Hidden files and links inside stay where they are.
    private mutating func addFolder(_ path: LocalPath) {
        guard let stream = path.withCString({ opendir($0) }) else { return refuse(path, errno) }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if name.first != UInt8(ascii: ".") { names.append(name) }
        }
        for name in names.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            let child = path.appending(name)
            if Self.isLink(child) {
                passOver(child, "It is a link; name what it leads to.", isNamed: false)
            } else {
                add(child, isNamed: false)
            }
        }
    }

    /// A name that says picture is reason enough: the server says what is wrong with the file.
    private mutating func addFile(_ item: Item, isNamed: Bool) {
        if isNamed || item.path.isNamedLikePicture || Self.beginsLikePicture(item.path) {
            items.append(item)
        } else {
            skipped += 1
        }
    }

    private static func isLink(_ path: LocalPath) -> Bool {
        var info = stat()
        return path.withCString { lstat($0, &info) } == 0 && info.st_mode & S_IFMT == S_IFLNK
    }

    /// A coarse look at the first bytes; the server's look decides.
    private static func beginsLikePicture(_ path: LocalPath) -> Bool {
        guard let head = try? path.open().read(at: 0, count: 12) else { return true }
        let starts: [[UInt8]] = [
            [0xFF, 0xD8, 0xFF], [0x89, 0x50, 0x4E, 0x47], Array("GIF8".utf8), Array("II*\0".utf8), Array("MM\0*".utf8),
        ]
        if starts.contains(where: { head.starts(with: $0) }) { return true }
        let isWebP = head.starts(with: Array("RIFF".utf8)) && head.dropFirst(8).elementsEqual(Array("WEBP".utf8))
        return isWebP || head.dropFirst(4).prefix(4).elementsEqual(Array("ftyp".utf8))
    }
}
