package import AgBase
package import AgBlobs
package import AgSQL

/// What a library stands on and did not make: rows, bytes, and room on this machine's disks. Settings name them by places; a test
/// may put others in.
package struct LibraryDoors: Sendable {
    package var database: any Database
    package var blobs: any BlobStore
    /// Of this machine's disks.
    let reserve: DiskReserve
    /// Marks what this process leaves unfinished in a storage that others share.
    package let mark: SpoolMark
    /// `nil` where rows lie on another machine's disk.
    let ballast: Ballast?

    /// Opens what the settings name, or makes it. Throws `SQLError` or `BlobError`.
    ///
    /// - Parameter files: the file system that blobs go through.
    package static func open(
        _ settings: LibrarySettings, log: Log, time: any TimeSource = SystemTime(),
        files: any FileOperations = DiskFiles()
    ) async throws -> LibraryDoors {
        let settings = settings.resolved()
        let parts = parts(settings, time, files)
        let blobs = try await parts.pool.run { try settings.storage.open(parts) }
        let (database, ballast) = try await database(settings, log, parts.pool)
        return LibraryDoors(
            database: database, blobs: blobs, reserve: parts.reserve, mark: parts.mark, ballast: ballast)
    }

    /// Opens what is there to be looked at, and changes nothing: also beside a running server, and on a disk that cannot be
    /// written. Throws `SQLError` or `BlobError`.
    package static func inspect(
        _ settings: LibrarySettings, time: any TimeSource = SystemTime(), files: any FileOperations = DiskFiles()
    ) async throws -> LibraryDoors {
        let settings = settings.resolved()
        let parts = parts(settings, time, files)
        let blobs = try await parts.pool.run { try settings.storage.inspect(parts) }
        return LibraryDoors(
            database: try await settings.database.inspect(), blobs: blobs, reserve: parts.reserve, mark: parts.mark,
            ballast: nil)
    }

    private static func parts(
        _ settings: LibrarySettings, _ time: any TimeSource, _ files: any FileOperations
    ) -> StoreParts {
        StoreParts(
            files: files, time: time,
            reserve: DiskReserve(settings.storageReserve, on: settings.diskFolders, files: files), mark: SpoolMark())
    }

    private static func database(
        _ settings: LibrarySettings, _ log: Log, _ pool: BlockingPool
    ) async throws -> (any Database, Ballast?) {
        switch settings.database {
        case .sqlite(let path):
            let ballast = Ballast(path: "\(path)-ballast", folder: settings.database.folder ?? ".", log: log)
            try await pool.run { ballast.prepare() }
            let base = try await settings.database.open()
            return (AuthorizedDatabase(BallastedDatabase(base: base, ballast: ballast)), ballast)
        case .postgres: return (AuthorizedDatabase(try await settings.database.open()), nil)
        }
    }
}
