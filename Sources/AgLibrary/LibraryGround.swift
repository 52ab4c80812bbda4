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
    /// Of this machine's disks, for what is kept here beside the storage.
    package let reserve: DiskReserve
    let ballast: Ballast?
    /// The subjects of the product.
    let parts: [any LibraryPart.Type]
    private let mark: SpoolMark
    package let time: any TimeSource
    package let log: Log

    /// All steps of the schema that this program knows.
    package static let migrations = LibraryParts.all.migrations

    /// Opens what the settings name, or makes it. Throws as `open(_:through:)` does, and `BlobError`.
    package static func open(
        _ settings: LibrarySettings, log: Log, time: any TimeSource = SystemTime(),
        files: any FileOperations = DiskFiles()
    ) async throws -> LibraryGround {
        let doors = try await LibraryDoors.open(settings, log: log, time: time, files: files)
        return try await open(settings, through: doors, log: log, time: time)
    }

    /// Brings the schema up to date, and makes sure that database and storage belong together. Throws `SQLError`, and
    /// `InstallationMismatch`; then the database is closed.
    package static func open(
        _ settings: LibrarySettings, through doors: LibraryDoors, log: Log, time: any TimeSource
    ) async throws -> LibraryGround {
        do {
            try await settings.database.migrate(Migrator(settings.parts.migrations), through: doors.database)
            try await Installation(doors, isShared: settings.database.isShared, time: time).join()
        } catch {
            await doors.database.close()
            throw error
        }
        return LibraryGround(doors, settings, log, time)
    }

    /// Opens what is there to be looked at, and changes nothing: also beside a running server, and on a disk that cannot be
    /// written.
    ///
    /// Throws `SQLError`, `BlobError`, `InstallationMismatch`, and `Fault` `schema-older` when this program's server would change
    /// the tables first.
    package static func inspect(
        _ settings: LibrarySettings, log: Log, time: any TimeSource = SystemTime(),
        files: any FileOperations = DiskFiles()
    ) async throws -> LibraryGround {
        let doors = try await LibraryDoors.inspect(settings, time: time, files: files)
        do {
            try await refuseOlder(doors.database, settings.parts.migrations)
            try await Installation(doors, isShared: settings.database.isShared, time: time).compare()
        } catch {
            await doors.database.close()
            throw error
        }
        return LibraryGround(doors, settings, log, time)
    }

    /// Only a start and `migrate` change the schema: an older server may be running on it.
    static func refuseOlder(_ database: any Database, _ migrations: [Migration]) async throws {
        let count = try await Migrator(migrations).pending(database).count
        guard count > 0 else { return }
        throw Fault(
            .conflict, "schema-older",
            "The database is older than this program: \(count) step(s) of its schema are missing, so nothing was checked and "
                + "nothing changed. Start this version's server once, or check with the version that wrote it.")
    }

    /// Asks whether the database is one to live in, before any folder is made for it. Throws `SQLError`.
    package static func probe(_ settings: LibrarySettings) async throws {
        try await settings.database.probe(Migrator(settings.parts.migrations))
    }

    /// Applies the missing steps of the schema, or takes them back after having tried them. Returns them.
    package static func migrate(_ settings: LibrarySettings, isRehearsal: Bool) async throws -> [Migration] {
        let place = settings.resolved().database
        let migrations = settings.parts.migrations
        let migrator = Migrator(migrations)
        let numbers = try await isRehearsal ? place.rehearse(migrator) : place.migrate(migrator)
        return migrations.filter { numbers.contains($0.number) }
    }

    /// Makes a new key to sign URLs with; see `SignedURLs.rotate`. Returns its id.
    package static func rotateSigningKey(
        _ settings: LibrarySettings, revokes: Bool, time: any TimeSource = SystemTime()
    ) async throws -> String {
        let database = try await settings.resolved().database.open()
        do {
            try await refuseOlder(database, settings.parts.migrations)
            let id = try await SignedURLs.rotate(in: database, time: time, revokes: revokes)
            await database.close()
            return id
        } catch {
            await database.close()
            throw error
        }
    }

    /// Whether no program has the database open, as far as its files say; one on another machine never is at rest.
    package static func isAtRest(_ settings: LibrarySettings) -> Bool {
        guard case .sqlite(let path) = settings.database else { return false }
        return SQLiteDatabase.isAtRest(path)
    }

    private init(_ doors: LibraryDoors, _ settings: LibrarySettings, _ log: Log, _ time: any TimeSource) {
        let events = EventLog(database: doors.database, time: time, log: log, settings: settings.events)
        let queue = JobQueue(
            database: doors.database, events: events, time: time, log: log, settings: settings.jobs,
            audience: OriginalAudience())
        database = doors.database
        blobs = doors.blobs
        self.events = events
        self.queue = queue
        removals = BlobRemovals(
            database: doors.database, blobs: doors.blobs, parts: settings.parts, log: log)
        reserve = doors.reserve
        ballast = doors.ballast
        mark = doors.mark
        parts = settings.parts
        self.time = time
        self.log = log
    }

    /// Enters this process into the table of nodes: what it leaves in the storage from now on carries its lease's mark.
    func join(as role: Nodes.Role) async throws -> Nodes {
        try await Nodes.join(database, as: role, log: log) { [mark] lease in
            if let owner = SpoolOwner(lease) { mark.become(owner) }
        }
    }

    package var verifier: Verifier {
        Verifier(database: database, blobs: blobs, queue: queue, time: time, parts: parts)
    }

    package func close() async {
        await database.close()
    }
}
