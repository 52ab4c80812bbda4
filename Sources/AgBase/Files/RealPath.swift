import Glibc

/// Paths without links, as the kernel sees them.
package enum RealPath {
    /// The absolute path of a file or folder, with every link on the way resolved. What does not exist yet keeps its name
    /// below the deepest folder that does. Blocks.
    package static func of(_ path: String) -> String {
        if let real = existing(path) { return real }
        guard let slash = path.lastIndex(of: "/") else { return "\(existing(".") ?? ".")/\(path)" }
        let name = path[path.index(after: slash)...]
        let above = slash == path.startIndex ? "/" : of(String(path[..<slash]))
        return name.isEmpty ? above : (above == "/" ? "/\(name)" : "\(above)/\(name)")
    }

    private static func existing(_ path: String) -> String? {
        guard let text = realpath(path, nil) else { return nil }
        defer { free(text) }
        return String(cString: text)
    }
}
