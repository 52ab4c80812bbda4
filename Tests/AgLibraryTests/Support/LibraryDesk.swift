import AgBase
import AgBlobs
import AgImaging
import AgJobs
import AgLibrary
import AgModel
import AgSQL
import AgTesting
import Glibc

/// A library in a folder of a test's own, with real codecs; its jobs run only while a test lets them.
final class LibraryDesk: Sendable {
    let folder: TemporaryFolder
    let clock: any TimeSource
    let library: Library
    private let masterKey: MasterKeySettings

    private init(
        _ folder: TemporaryFolder, _ clock: any TimeSource, _ library: Library, _ masterKey: MasterKeySettings
    ) {
        self.folder = folder
        self.clock = clock
        self.library = library
        self.masterKey = masterKey
    }

    /// Lends another server on the same database and storage, with a data folder and a name of its own.
    func withNeighbour(
        parts: [any LibraryPart.Type] = LibraryParts.all, _ body: (LibraryDesk) async throws -> Void
    ) async throws {
        var settings = LibrarySettings(dataFolder: "\(folder.path)/neighbour")
        settings.parts = parts
        settings.database = try await Engine.current.place(in: folder)
        settings.storage = .folder(folder.path)
        settings.uploads.limit = 1 << 20
        settings.codecs = CodecSettings(codecs: 1)
        settings.codecs.executable = BuiltProgram.path
        settings.workerName = "neighbour"
        settings.sealing.masterKey = masterKey
        let library = try await Library.open(settings, log: Log(to: SilentSink()), time: clock)
        do {
            try await body(LibraryDesk(folder, clock, library, masterKey))
            await library.close()
        } catch {
            await library.close()
            throw error
        }
    }

    /// Opens a library, lends it to `body`, and closes it however `body` ends.
    ///
    /// - Parameters:
    ///   - bucket: where blobs are kept, in place of the folder.
    ///   - parts: the subjects that the library is made of.
    static func with<Value>(
        folder: TemporaryFolder = TemporaryFolder(), bucket: Bucket? = nil, clock: any TimeSource = SystemTime(),
        files: any FileOperations = DiskFiles(), reserve: Int64? = nil,
        renders: RenderSettings = RenderSettings(), codecs: (inout CodecSettings) -> Void = { _ in },
        fixedToken: Secret? = nil, parts: [any LibraryPart.Type] = LibraryParts.all,
        masterKey: MasterKeySettings = MasterKeySettings(),
        through: (any Database) -> any Database = { $0 },
        _ body: (LibraryDesk) async throws -> Value
    ) async throws -> Value {
        var settings = LibrarySettings(dataFolder: folder.path)
        settings.parts = parts
        settings.database = try await Engine.current.place(in: folder)
        settings.uploads.limit = 1 << 20
        settings.storageReserve = reserve
        settings.renders = renders
        settings.fixedToken = fixedToken
        settings.sealing.masterKey = masterKey
        settings.codecs = CodecSettings(codecs: 1)
        settings.backOffBase = .milliseconds(1)
        settings.codecs.executable = BuiltProgram.path
        codecs(&settings.codecs)
        let log = Log(to: SilentSink())
        var doors = try await LibraryDoors.open(settings, log: log, time: clock, files: files)
        doors.database = through(doors.database)
        if let bucket { doors.blobs = try RemoteStore(bucket, folder: folder.file("spool"), mark: doors.mark) }
        let library = try await Library.open(settings, through: doors, log: log, time: clock, files: files)
        let desk = LibraryDesk(folder, clock, library, masterKey)
        do {
            let value = try await body(desk)
            await library.close()
            return value
        } catch {
            await library.close()
            throw error
        }
    }

    func accept(
        _ bytes: [UInt8], filename: String? = nil, allowDamaged: Bool = false, for caller: Caller = .server
    ) async throws -> AcceptedUpload {
        let incoming = try library.uploads.begin(filename: filename, for: caller)
        try bytes.withUnsafeBytes { raw in try incoming.append(raw) }
        return try await library.uploads.accept(incoming, allowDamaged: allowDamaged)
    }

    @discardableResult
    func upload(
        _ bytes: [UInt8], at target: UploadTarget = UploadTarget(), allowDamaged: Bool = false,
        for caller: Caller = .server
    ) async throws -> UploadOutcome {
        let accepted = try await accept(bytes, allowDamaged: allowDamaged, for: caller)
        return try await library.uploads.store([accepted], at: target)[0]
    }

    /// Runs the library's own work until every queued job has ended.
    ///
    /// - Parameter patiently: without it, a job that failed and waits for its next attempt is not waited for.
    func work(patiently: Bool = true) async throws {
        let events = try await library.ground.events.subscribe(after: nil)
        let work = Task { [library] in try await library.run() }
        defer { work.cancel() }
        while try await hasUnfinishedJobs(patiently) { _ = try await events.next() }
        work.cancel()
        _ = try? await work.value
    }

    func count(_ table: String) async throws -> Int {
        try await library.ground.database.read { try $0.value("SELECT count(*) FROM \(raw: table)") ?? -1 }
    }

    /// Files of pictures, not of the database.
    var pictureFiles: [String] { folder.files(below: "images") }
    /// Those that are left once all that is being removed is gone.
    var temporaryFiles: [String] {
        library.ground.blobs.waitForRemovals()
        return folder.files(below: "tmp")
    }

    private func hasUnfinishedJobs(_ patiently: Bool) async throws -> Bool {
        try await library.ground.database.read {
            try $0.exists(
                """
                SELECT 1 FROM jobs
                WHERE state = 'active' OR (state = 'queued' AND (error_code IS NULL OR \(patiently) = 1))
                """)
        }
    }
}
