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
        let settings = settings.resolved()
        // Enough threads that a few slow files do not hold up the others.
        let pool = BlockingPool(threads: 8, name: "blobs")
        let reserve = DiskReserve(settings.storageReserve, on: settings.diskFolders, files: files)
        let blobs = try FolderStore(
            root: settings.storageFolder, files: files, pool: pool, time: time, reserve: reserve)
        let ballast = ballast(settings, log)
        try await pool.run { ballast.prepare() }
        let database = AuthorizedDatabase(
            BallastedDatabase(base: try await SQLiteDatabase.open(path: settings.databasePath), ballast: ballast))
        try await Migrator(migrations).migrate(database)
        return LibraryGround(database, blobs, reserve, ballast, settings, log, time)
    }

    /// Opens what is there to be looked at, and changes nothing: also beside a running server, and on a disk that cannot be
    /// written.
    ///
    /// Throws `SQLError`, `BlobError`, and `Fault` `schema-older` when this program's server would change the tables first.
    package static func inspect(
        _ settings: LibrarySettings, log: Log, time: any TimeSource = SystemTime(),
        files: any FileOperations = DiskFiles()
    ) async throws -> LibraryGround {
        let settings = settings.resolved()
        let pool = BlockingPool(threads: 8, name: "blobs")
        let blobs = try FolderStore(existing: settings.storageFolder, files: files, pool: pool, time: time)
        let database = try await SQLiteDatabase.inspect(path: settings.databasePath)
        do {
            let pending = try await Migrator(migrations).pending(database)
            guard pending.isEmpty else { throw olderSchema(pending.count) }
        } catch {
            await database.close()
            throw error
        }
        let reserve = DiskReserve(settings.storageReserve, on: settings.diskFolders, files: files)
        return LibraryGround(database, blobs, reserve, ballast(settings, log), settings, log, time)
    }

    private static func ballast(_ settings: LibrarySettings, _ log: Log) -> Ballast {
        Ballast(path: "\(settings.databasePath)-ballast", folder: settings.databaseFolder, log: log)
    }

    private static func olderSchema(_ count: Int) -> Fault {
        Fault(
            .conflict, "schema-older",
            "The database is older than this program: \(count) step(s) of its schema are missing, so nothing was checked and "
                + "nothing changed. Start this version's server once, or check with the version that wrote it.")
    }

    /// Whether no program has the database open, as far as its files say.
    package static func isAtRest(_ settings: LibrarySettings) -> Bool {
        SQLiteDatabase.isAtRest(settings.databasePath)
    }

    private init(
        _ database: any Database, _ blobs: any BlobStore, _ reserve: DiskReserve, _ ballast: Ballast,
        _ settings: LibrarySettings, _ log: Log, _ time: any TimeSource
    ) {
        let events = EventLog(database: database, time: time, log: log, settings: settings.events)
        let queue = JobQueue(
            database: database, events: events, time: time, log: log, settings: settings.jobs,
            audience: OriginalAudience())
        let removals = BlobRemovals(database: database, blobs: blobs, log: log)
        self.database = database
        self.blobs = blobs
        self.events = events
        self.queue = queue
        self.removals = removals
        self.reserve = reserve
        self.ballast = ballast
        deliveries = DeliveryCache(hearing: database.notices)
        self.time = time
        self.log = log
    }

    package var verifier: Verifier { Verifier(database: database, blobs: blobs, queue: queue, time: time) }

    package func close() async {
        await database.close()
    }
}
