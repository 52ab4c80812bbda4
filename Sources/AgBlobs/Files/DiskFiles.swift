package import AgBase

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The file system itself.
package struct DiskFiles: FileOperations {
    package init() {}

    package func create(_ path: String) throws(SystemError) -> OpenFile {
        OpenFile(
            adopting: try sys("open") { Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600) })
    }

    package func open(_ path: String) throws(SystemError) -> OpenFile {
        OpenFile(adopting: try sys("open") { Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) })
    }

    package func write(_ bytes: UnsafeRawBufferPointer, to file: OpenFile) throws(SystemError) -> Int {
        try sys("write") { Glibc.write(file.descriptor, bytes.baseAddress, bytes.count) }
    }

    package func allocate(_ bytes: Int64, for file: OpenFile) throws(SystemError) {
        // Where the file system cannot, the C library writes a byte into each block.
        let code = posix_fallocate(file.descriptor, 0, off_t(bytes))
        if code != 0 { throw SystemError(call: "posix_fallocate", errno: code) }
    }

    package func sync(_ file: OpenFile) throws(SystemError) {
        try sys("fsync") { fsync(file.descriptor) }
    }

    package func syncFolder(_ path: String) throws(SystemError) {
        let folder = OpenFile(
            adopting: try sys("open") { Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) })
        try sys("fsync") { fsync(folder.descriptor) }
    }

    package func link(_ path: String, as other: String) throws(SystemError) {
        try sys("link") { Glibc.link(path, other) }
    }

    package func rename(_ path: String, to other: String) throws(SystemError) {
        try sys("rename") { Glibc.rename(path, other) }
    }

    package func remove(_ path: String) throws(SystemError) {
        try sys("unlink") { unlink(path) }
    }

    package func touch(_ path: String) throws(SystemError) {
        // Without times, both become now.
        try sys("utimensat") { utimensat(AT_FDCWD, path, nil, AT_SYMLINK_NOFOLLOW) }
    }

    package func makeFolder(_ path: String) throws(SystemError) -> Bool {
        do {
            try sys("mkdir") { mkdir(path, 0o700) }
            return true
        } catch {
            guard error.errno == EEXIST else { throw error }
            return false
        }
    }

    package func names(in folder: String) throws(SystemError) -> [String] {
        guard let stream = opendir(folder) else { throw SystemError(call: "opendir", errno: errno) }
        defer { closedir(stream) }
        var names: [String] = []
        // Only `errno` tells the end of a folder from an error in the middle of it.
        while let entry = try next(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { raw in
                String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    private func next(_ stream: OpaquePointer) throws(SystemError) -> UnsafeMutablePointer<dirent>? {
        errno = 0
        if let entry = readdir(stream) { return entry }
        if errno != 0 { throw SystemError(call: "readdir", errno: errno) }
        return nil
    }

    package func room(at folder: String) throws(SystemError) -> DiskRoom {
        var info = statvfs()
        try sys("statvfs") { statvfs(folder, &info) }
        let block = Int64(info.f_frsize)
        return DiskRoom(
            total: Int64(info.f_blocks) * block, free: Int64(info.f_bavail) * block, disk: UInt64(info.f_fsid))
    }

    package func status(of path: String) throws(SystemError) -> FileStatus? {
        var info = stat()
        do {
            try sys("lstat") { lstat(path, &info) }
        } catch {
            guard error.errno == ENOENT || error.errno == ENOTDIR else { throw error }
            return nil
        }
        let milliseconds = Int64(info.st_mtim.tv_sec) * 1_000 + Int64(info.st_mtim.tv_nsec) / 1_000_000
        return FileStatus(
            isFolder: info.st_mode & S_IFMT == S_IFDIR, byteCount: Int64(info.st_size),
            linkCount: Int(info.st_nlink), modifiedAt: Timestamp(milliseconds: milliseconds))
    }
}
