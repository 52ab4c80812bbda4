package import AgBase

/// The file system calls that keeping blobs needs, one method each, so that a test can make any of them fail.
///
/// All of them block and throw `SystemError`.
package protocol FileOperations: Sendable {
    /// Creates a file for reading and writing that must not exist yet, readable by its owner only.
    func create(_ path: String) throws(SystemError) -> OpenFile
    func open(_ path: String) throws(SystemError) -> OpenFile
    /// Writes at the end; may write less than asked for.
    func write(_ bytes: UnsafeRawBufferPointer, to file: OpenFile) throws(SystemError) -> Int
    /// Makes a file so long, with room on the disk for all of it.
    func allocate(_ bytes: Int64, for file: OpenFile) throws(SystemError)
    func sync(_ file: OpenFile) throws(SystemError)
    func syncFolder(_ path: String) throws(SystemError)
    func link(_ path: String, as other: String) throws(SystemError)
    func rename(_ path: String, to other: String) throws(SystemError)
    func remove(_ path: String) throws(SystemError)
    /// Says that a file was used now, by its time of change.
    func touch(_ path: String) throws(SystemError)
    /// Returns whether the folder is new; one that exists is no error.
    func makeFolder(_ path: String) throws(SystemError) -> Bool
    func names(in folder: String) throws(SystemError) -> [String]
    /// `nil` when there is nothing of that name.
    func status(of path: String) throws(SystemError) -> FileStatus?
    /// The room on the disk that holds a folder.
    func room(at folder: String) throws(SystemError) -> DiskRoom
}

/// In bytes; `free` is what we may use, which is less than what root may.
package struct DiskRoom: Sendable, Hashable {
    package let total: Int64
    package let free: Int64
    /// Tells disks apart.
    package let disk: UInt64

    package init(total: Int64, free: Int64, disk: UInt64 = 0) {
        self.total = total
        self.free = free
        self.disk = disk
    }
}

package struct FileStatus: Sendable, Hashable {
    package let isFolder: Bool
    package let byteCount: Int64
    package let linkCount: Int
    package let modifiedAt: Timestamp

    package init(isFolder: Bool, byteCount: Int64, linkCount: Int, modifiedAt: Timestamp) {
        self.isFolder = isFolder
        self.byteCount = byteCount
        self.linkCount = linkCount
        self.modifiedAt = modifiedAt
    }
}

extension FileOperations {
    /// Writes all of `bytes`, over as many calls as it takes.
    package func writeAll(_ bytes: UnsafeRawBufferPointer, to file: OpenFile) throws(SystemError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = try write(UnsafeRawBufferPointer(rebasing: rest), to: file)
            rest = rest.dropFirst(count)
        }
    }
}
