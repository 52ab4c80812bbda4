import AgBase

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The files that an upload will send, found by walking what was named.
struct UploadPlan: Sendable {
    struct Item: Sendable, Hashable {
        let path: String
        let byteCount: Int64
    }

    private(set) var items: [Item] = []
    /// What cannot be sent, each with its reason.
    private(set) var refused: [(path: String, reason: String)] = []
    /// Files inside folders that do not begin like a picture. Files that were named are sent whatever they are.
    private(set) var skipped = 0

    /// Blocks for the disk.
    init(_ paths: [String]) {
        for path in paths { add(path, isNamed: true) }
    }

    var byteCount: Int64 { items.reduce(0) { $0 + $1.byteCount } }

    private mutating func add(_ path: String, isNamed: Bool) {
        var info = stat()
        guard stat(path, &info) == 0 else {
            return refused.append((path, String(cString: strerror(errno))))
        }
        switch info.st_mode & S_IFMT {
        case S_IFDIR: addFolder(path)
        case S_IFREG: addFile(Item(path: path, byteCount: Int64(info.st_size)), isNamed: isNamed)
        default: if isNamed { refused.append((path, "It is neither a file nor a folder.")) } else { skipped += 1 }
        }
    }

    /// In the order of names, so that two runs do the same. Hidden files and links inside stay where they are.
    private mutating func addFolder(_ path: String) {
        guard let stream = opendir(path) else { return refused.append((path, String(cString: strerror(errno)))) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        for name in names.sorted() {
            let child = path.hasSuffix("/") ? path + name : "\(path)/\(name)"
            if Self.isLink(child) { skipped += 1 } else { add(child, isNamed: false) }
        }
    }

    private mutating func addFile(_ item: Item, isNamed: Bool) {
        if isNamed || Self.beginsLikePicture(item.path) { items.append(item) } else { skipped += 1 }
    }

    private static func isLink(_ path: String) -> Bool {
        var info = stat()
        return lstat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFLNK
    }

    /// A coarse look at the first bytes; the server's look decides.
    private static func beginsLikePicture(_ path: String) -> Bool {
        guard let file = try? OpenFile(reading: path), let head = try? file.read(at: 0, count: 12) else { return true }
        let starts: [[UInt8]] = [
            [0xFF, 0xD8, 0xFF], [0x89, 0x50, 0x4E, 0x47], Array("GIF8".utf8), Array("II*\0".utf8), Array("MM\0*".utf8),
        ]
        if starts.contains(where: { head.starts(with: $0) }) { return true }
        let isWebP = head.starts(with: Array("RIFF".utf8)) && head.dropFirst(8).elementsEqual(Array("WEBP".utf8))
        return isWebP || head.dropFirst(4).prefix(4).elementsEqual(Array("ftyp".utf8))
    }
}
