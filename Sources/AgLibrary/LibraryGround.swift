package import AgBase
package import AgBlobs
package import AgJobs
package import AgSQL

/// The database, the blobs, the queue and the event log of one installation: what every folder of the library stands
/// on, and all that a check of a stopped installation needs.
package struct LibraryGround: Sendable {
    package let database: any Database
    package let blobs: any BlobStore
    package let events: EventLog
    package let queue: JobQueue
    package let removals: BlobRemovals
    package let reserve: DiskReserve
    let ballast: Ballast
    package let deliveries: DeliveryCache
    package let time: any TimeSource
    package let log: Log

    /// All steps of the schema that this program knows.
    package static let migrations =
        LibrarySchema.migrations + Access.migrations + JobsSchema.migrations + LibrarySchema.migrationsOfJobs

    /// Opens what is there, or makes it, and brings the schema up to date. Throws `SQLError` or `BlobError`.
    ///
    /// - Parameter files: the file system that blobs go through.
    package static func open(
        _ settings: LibrarySettings, log: Log, time: any TimeSource = SystemTime(),
        files: any FileOperations = DiskFiles()
    ) async throws -> LibraryGround {
        // Enough threads that a few slow files do not hold up the others.
        let pool = BlockingPool(threads: 8, name: "blobs")
        let reserve = DiskReserve(settings.storageReserve, on: settings.diskFolders, files: files)
        let blobs = try FolderStore(
            root: settings.storageFolder, files: files, pool: pool, time: time, reserve: reserve)
        let ballast = Ballast(
            path: "\(settings.databasePath)-ballast", folder: settings.databaseFolder, log: log)
        try await pool.run { ballast.prepare() }
        let database = AuthorizedDatabase(
            BallastedDatabase(base: try await SQLiteDatabase.open(path: settings.databasePath), ballast: ballast))
        try await Migrator(migrations).migrate(database)
        let events = EventLog(database: database, time: time, settings: settings.events, log: log)
        let queue = JobQueue(
            database: database, events: events, time: time, log: log, settings: settings.jobs,
            audience: OriginalAudience())
        let removals = BlobRemovals(database: database, blobs: blobs, log: log)
        return LibraryGround(
            database: database, blobs: blobs, events: events, queue: queue, removals: removals,
            reserve: reserve, ballast: ballast,
            deliveries: DeliveryCache(), time: time, log: log)
    }

    package var verifier: Verifier { Verifier(database: database, blobs: blobs, queue: queue, time: time) }

    package func close() async {
        await database.close()
    }
}
