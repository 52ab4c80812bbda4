import AgBase
import AgJobs
import AgLibrary
import Glibc

/// What a serving process holds of its machine until it ends: its data directory, and the database where that is a file.
///
/// With SQLite one process owns the directory, and its name stays the same over a restart, so that the jobs of a killed one run
/// again at once. With PostgreSQL several processes may share a directory, and each run has a name of its own: who is alive is
/// decided by leases in the database.
struct ServingGround: Sendable {
    /// What the process is called among those that share the database.
    let name: String
    private let folder: FolderLock?
    private let database: DatabaseClaim?

    /// Makes the directory where one is needed. Throws `Failure`, and `SystemError` for a directory that cannot be used.
    init(_ settings: LibrarySettings) throws {
        guard let path = settings.sqlitePath else {
            // A worker on PostgreSQL keeps nothing on its machine.
            if settings.role == .server { try DataFolder.make(settings.dataFolder) }
            (name, folder, database) = (UUIDv7.shared.next(), nil, nil)
            return
        }
        try DataFolder.make(settings.dataFolder)
        folder = try FolderLock(settings.dataFolder)
        database = try DatabaseClaim(path, isWorker: settings.role == .worker)
        name = try NodeName.ensure(in: settings.dataFolder)
    }
}

extension ServingGround {
    /// Takes the ground, lends the library that stands on it, and gives both up. Throws `Failure` with the path and the remedy for
    /// what stands in the way; nothing is made before the database was asked.
    static func serve(
        _ settings: Settings, _ librarySettings: LibrarySettings, _ body: (Library, Log) async throws -> Void
    ) async throws {
        try await DataFolder.explaining(librarySettings) { try await LibraryGround.probe(librarySettings) }
        // Held until the process ends, so that no second one comes between our last write and our end.
        let ground = try await DataFolder.explaining(librarySettings) { try ServingGround(librarySettings) }
        var named = librarySettings
        named.workerName = ground.name
        try await DataFolder.explaining(named) { [named] in
            try await Logging.with(settings) { log in
                let library = try await Library.open(named, log: log)
                do {
                    try await body(library, log)
                } catch {
                    await library.close()
                    throw error
                }
                await library.close()
            }
        }
        withExtendedLifetime(ground) {}
    }
}

/// Keeps workers and servers apart on one SQLite file: signals do not travel between processes there, so a page would see no
/// progress, and a cancelled job would go on. Servers share the file with each other.
struct DatabaseClaim: Sendable {
    private let file: OpenFile

    /// `nil` where no lock can be made: then the database cannot be opened either, which says why. Throws `Failure` of code
    /// `locked`.
    init?(_ database: String, isWorker: Bool) throws {
        let path = "\(database)-lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return nil }
        file = OpenFile(adopting: descriptor)
        guard flock(file.descriptor, (isWorker ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0 else {
            throw errno == EWOULDBLOCK
                ? Self.refusal(database, isWorker: isWorker) : SystemError(call: "flock", errno: errno)
        }
    }

    private static func refusal(_ database: String, isWorker: Bool) -> Failure {
        let other = isWorker ? "a server" : "a worker"
        return Failure(
            .locked,
            "The SQLite database \(database) is in use by \(other), and one process owns such a file: a server runs the jobs "
                + "itself. For workers beside servers, use --database postgres://… for all of them.")
    }
}

/// Lets processes that share a data directory make the owner's token one after the other, so that it is made once.
enum AdminTokenTurn {
    /// - Parameter isShared: whether others may use the directory; otherwise its lock is held by this process already.
    static func with<Result>(
        _ folder: String, isShared: Bool, _ body: () async throws -> Result
    ) async throws -> Result {
        guard isShared else { return try await body() }
        let path = "\(folder)/lock"
        let file = OpenFile(adopting: try sys("open") { open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600) })
        // Polled: a thread that waits in `flock` could not be stopped.
        while flock(file.descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else { throw SystemError(call: "flock", errno: errno) }
            try await Task.sleep(for: .milliseconds(20))
        }
        let result = try await body()
        withExtendedLifetime(file) {}
        return result
    }
}
