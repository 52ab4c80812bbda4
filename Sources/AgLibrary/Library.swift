package import AgBase
package import AgBlobs
package import AgImaging
package import AgJobs
import AgSQL

/// The product: pictures in, everything a page needs out. Its subjects are parts; the door of each is reached through its part.
package struct Library: Sendable {
    package let ground: LibraryGround
    package let codecs: Codecs
    /// The processes on the same database; `nil` where file locks tell them apart.
    let nodes: Nodes?
    private let settings: LibrarySettings
    private let parts: OpenParts

    /// Opens the installation, cleans up after a crash, and starts the codec children.
    ///
    /// The caller holds the data folder's lock. Others may share the database and the storage: what looks abandoned is
    /// removed at once only when no other process works there.
    package static func open(
        _ settings: LibrarySettings, log: Log, time: any TimeSource = SystemTime(),
        files: any FileOperations = DiskFiles()
    ) async throws -> Library {
        let doors = try await LibraryDoors.open(settings, log: log, time: time, files: files)
        return try await open(settings, through: doors, log: log, time: time, files: files)
    }

    /// The same on a database and a store that were opened before. Closes the database when it throws.
    package static func open(
        _ settings: LibrarySettings, through doors: LibraryDoors, log: Log, time: any TimeSource = SystemTime(),
        files: any FileOperations = DiskFiles()
    ) async throws -> Library {
        let settings = settings.resolved()
        let ground = try await LibraryGround.open(settings, through: doors, log: log, time: time)
        do {
            return try await open(settings, on: ground, files)
        } catch {
            await ground.blobs.leave()
            await ground.close()
            throw error
        }
    }

    private static func open(
        _ settings: LibrarySettings, on ground: LibraryGround, _ files: any FileOperations
    ) async throws -> Library {
        for part in settings.parts { try await part.admit(settings, ground) }
        // Where nodes of several machines share the database, a lock on the storage says nothing: a network mount may not
        // know of other machines.
        let isAlone = settings.database.isShared ? false : try await ground.blobs.enter()
        let nodes = settings.database.isShared ? try await ground.join(as: settings.role) : nil
        let codecs = try await Codecs.start(settings.codecs, log: ground.log)
        let site = PartSite(ground, settings, nodes, codecs, files: files)
        let library = Library(
            ground: ground, codecs: codecs, nodes: nodes, settings: settings, parts: try await open(site))
        let recovery = Recovery(ground: ground, nodes: nodes)
        let count = try await isAlone ? recovery.run(olderThan: .zero) { _ in .ended } : recovery.run()
        if count > 0 { ground.log.info("abandoned files removed", ["count": count]) }
        recovery.keepLease()
        try await ground.blobs.admitOthers()
        return library
    }

    private static func open(_ site: PartSite) async throws -> OpenParts {
        do {
            return try await site.open()
        } catch {
            await site.codecs.shutdown()
            throw error
        }
    }

    /// The part of one subject. Each subject's folder gives its door a name of its own, such as `images`.
    package subscript<Part: LibraryPart>(_ part: Part.Type) -> Part { parts[part] }

    /// Works until cancelled: the jobs, and the upkeep of all parts.
    package func run() async throws {
        let worker = JobWorker(
            queue: ground.queue, handlers: handlers, slots: JobSlots(codecs: settings.codecs.codecs * 2),
            workerID: settings.workerName)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await worker.run() }
            for work in parts.all.flatMap({ $0.upkeep }) { group.addTask { try await work() } }
            try await group.waitForAll()
        }
    }

    /// Stops the codec children and closes the database. Call it when `run` has returned.
    package func close() async {
        await codecs.shutdown()
        await nodes?.leave()
        await ground.close()
        await ground.blobs.leave()
    }

    /// Whether processes of other machines may work on the same database.
    package var sharesDatabase: Bool { nodes != nil }

    // MARK: What the parts bring

    /// Every kind of jobs that this program can do, whatever this process was told to work on.
    package static let jobKinds: [JobKind] = LibraryParts.all.jobKinds

    /// In the order of the parts.
    package var allHandlers: [any JobHandler] { parts.all.flatMap { $0.handlers } }

    /// Those that this process was set to work on.
    package var workedKinds: [JobKind] {
        settings.parts.jobKinds.filter { settings.jobKinds?.contains($0) ?? true }
    }

    private var handlers: [any JobHandler] {
        let kinds = workedKinds
        return allHandlers.filter { kinds.contains($0.kind) }
    }

    /// What must work before requests are taken.
    package var checks: [ReadinessCheck] { parts.all.flatMap { $0.checks } }

    /// Everything that monitoring may know of the product.
    package func metrics() async throws -> [MetricFamily] {
        var families: [MetricFamily] = []
        for part in parts.all { families += try await part.metrics() }
        return families
    }
}
