package import AgBase

/// Where blobs are kept, as the setting `storage` names it.
package enum StorePlace: Sendable, Hashable {
    /// A folder of this machine's, or one that it mounts.
    case folder(String)

    /// The folder on this machine that blobs are written into; `nil` when another machine does that.
    package var localFolder: String? {
        switch self {
        case .folder(let path): path
        }
    }

    /// The same with every symbolic link in the path resolved that the operator made. Blocks.
    package var resolved: StorePlace {
        switch self {
        case .folder(let path): .folder(RealPath.of(path))
        }
    }

    /// Opens the store, or sets it up. Throws `BlobError`. Blocks.
    package func open(_ parts: StoreParts) throws(BlobError) -> any BlobStore {
        switch self {
        case .folder(let path):
            try FolderStore(
                root: path, files: parts.files, pool: parts.pool, time: parts.time, reserve: parts.reserve,
                mark: parts.mark)
        }
    }

    /// Opens a store that is there to be looked at, and changes nothing. Throws `BlobError`. Blocks.
    package func inspect(_ parts: StoreParts) throws(BlobError) -> any BlobStore {
        switch self {
        case .folder(let path):
            try FolderStore(existing: path, files: parts.files, pool: parts.pool, time: parts.time)
        }
    }
}

extension StorePlace: CustomStringConvertible {
    /// For people.
    package var description: String {
        switch self {
        case .folder(let path): path
        }
    }
}

/// What every store is made of on this machine.
package struct StoreParts: Sendable {
    package let files: any FileOperations
    package let time: any TimeSource
    package let reserve: DiskReserve
    package let mark: SpoolMark
    /// Enough threads that a few slow files do not hold up the others.
    package let pool = BlockingPool(threads: 8, name: "blobs")

    /// - Parameters:
    ///   - reserve: of the disks of this machine that uploads write to.
    ///   - mark: of what this process leaves in a spool that others share.
    package init(files: any FileOperations, time: any TimeSource, reserve: DiskReserve, mark: SpoolMark) {
        self.files = files
        self.time = time
        self.reserve = reserve
        self.mark = mark
    }
}
