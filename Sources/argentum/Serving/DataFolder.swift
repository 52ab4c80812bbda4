import AgBase

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The folder that holds an installation.
enum DataFolder {
    /// Makes the folder and those above it, for its owner alone. Throws `Failure`.
    static func make(_ path: String) throws {
        var made = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            made += "\(part)/"
            guard mkdir(made, 0o700) != 0, errno != EEXIST else { continue }
            // Folders above may be read-only and there all the same.
            if access(made, F_OK) == 0 { continue }
            throw Failure(.error, "The folder \(made) cannot be made: \(String(cString: strerror(errno))).")
        }
    }

    static func exists(_ path: String) -> Bool {
        access(path, F_OK) == 0
    }
}
