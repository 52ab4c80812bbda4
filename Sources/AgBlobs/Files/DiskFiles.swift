package import AgBase
import Glibc

/// The file system itself. No call follows a link: see `FolderPlace`.
package struct DiskFiles: FileOperations {
    package init() {}

    package func create(_ path: String) throws(SystemError) -> OpenFile {
        let place = try FolderPlace(path)
        return OpenFile(
            adopting: try sys("open") {
                openat(
                    place.folder.descriptor, place.name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
            })
    }

    /// Regular files only, and without waiting: opening a planted pipe would block for ever.
    package func open(_ path: String) throws(SystemError) -> OpenFile {
        let place = try FolderPlace(path)
        let file = OpenFile(
            adopting: try sys("open") {
                openat(place.folder.descriptor, place.name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
            })
        var info = stat()
        try sys("fstat") { fstat(file.descriptor, &info) }
        guard info.st_mode & S_IFMT == S_IFREG else { throw SystemError(call: "open", errno: EISDIR) }
        return file
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
        let folder = OpenFile(adopting: try FolderPlace(path).openFolder())
        try sys("fsync") { fsync(folder.descriptor) }
    }

    package func link(_ path: String, as other: String) throws(SystemError) {
        let (from, to) = (try FolderPlace(path), try FolderPlace(other))
        try sys("link") { linkat(from.folder.descriptor, from.name, to.folder.descriptor, to.name, 0) }
    }

    package func rename(_ path: String, to other: String) throws(SystemError) {
        let (from, to) = (try FolderPlace(path), try FolderPlace(other))
        try sys("rename") { renameat(from.folder.descriptor, from.name, to.folder.descriptor, to.name) }
    }

    package func remove(_ path: String) throws(SystemError) {
        let place = try FolderPlace(path)
        try sys("unlink") { unlinkat(place.folder.descriptor, place.name, 0) }
    }

    package func touch(_ path: String) throws(SystemError) {
        let place = try FolderPlace(path)
        // Without times, both become now.
        try sys("utimensat") { utimensat(place.folder.descriptor, place.name, nil, AT_SYMLINK_NOFOLLOW) }
    }

    package func makeFolder(_ path: String) throws(SystemError) -> Bool {
        let place = try FolderPlace(path)
        do {
            try sys("mkdir") { mkdirat(place.folder.descriptor, place.name, 0o700) }
            return true
        } catch {
            guard error.errno == EEXIST else { throw error }
            let isFolder = try place.status().st_mode & S_IFMT == S_IFDIR
            guard isFolder else { throw SystemError(call: "mkdir", errno: ENOTDIR) }
            return false
        }
    }

    package func names(in folder: String) throws(SystemError) -> [String] {
        let descriptor = try FolderPlace(folder).openFolder()
        guard let stream = fdopendir(descriptor) else {
            let error = SystemError(call: "fdopendir", errno: errno)
            close(descriptor)
            throw error
        }
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
        let info: stat
        do throws(SystemError) {
            info = try FolderPlace(path).status()
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
