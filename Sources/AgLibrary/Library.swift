package import AgBase
package import AgBlobs
package import AgImaging
package import AgJobs
import AgSQL

/// The product: pictures in, everything a page needs out. Each property is the door of one folder.
package struct Library: Sendable {
    package let ground: LibraryGround
    package let access: Access
    package let codecs: Codecs
    package let uploads: Uploads
    package let grants: UploadGrants
    package let images: Images
    package let delivery: Delivery
    package let renders: Renders
    package let signedURLs: SignedURLs
    /// The processes on the same database; `nil` where file locks tell them apart.
    let nodes: Nodes?
    private let settings: LibrarySettings

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
        // Where nodes of several machines share the database, a lock on the storage says nothing: a network mount may not
        // know of other machines.
        let isAlone = settings.database.isShared ? false : try await ground.blobs.enter()
        let nodes = settings.database.isShared ? try await ground.join(as: settings.role) : nil
        let library = Library(
            ground, settings, nodes, codecs: try await Codecs.start(settings.codecs, log: ground.log),
            signedURLs: try await SignedURLs.load(from: ground.database, time: ground.time, log: ground.log),
            files: files)
        let count = try await isAlone ? library.recover(olderThan: .zero) { _ in .ended } : library.recover()
        if count > 0 { ground.log.info("abandoned files removed", ["count": count]) }
        library.keepLease()
        try await ground.blobs.admitOthers()
        return library
    }

    private init(
        _ ground: LibraryGround, _ settings: LibrarySettings, _ nodes: Nodes?, codecs: Codecs, signedURLs: SignedURLs,
        files: any FileOperations
    ) {
        self.ground = ground
        self.settings = settings
        self.codecs = codecs
        self.signedURLs = signedURLs
        self.nodes = nodes
        access = Access(
            database: ground.database, time: ground.time, log: ground.log, fixedToken: settings.fixedToken)
        let cache = RenderCache(
            folder: "\(settings.dataFolder)/renders", budget: settings.renders.cacheBytes, files: files,
            reserve: ground.reserve, time: ground.time, log: ground.log)
        images = Images(
            database: ground.database, queue: ground.queue, events: ground.events, removals: ground.removals,
            renders: cache, time: ground.time)
        grants = UploadGrants(
            database: ground.database, access: access, blobs: ground.blobs, time: ground.time, log: ground.log,
            limit: settings.uploadLimit)
        uploads = Uploads(
            database: ground.database, blobs: ground.blobs, codecs: codecs, queue: ground.queue,
            events: ground.events, nodes: nodes, time: ground.time,
            grants: grants, limit: settings.uploadLimit, seats: UploadSeats(settings.uploadSeats))
        delivery = Delivery(
            database: ground.database, blobs: ground.blobs, images: images, cache: ground.deliveries)
        // One more than there are children, so that none waits for the files of the next one.
        let slots = settings.codecs.codecs + 1
        renders = Renders(settings.renders, delivery: delivery, cache: cache, slots: slots) { file, order in
            try await codecs.render(file, order, urgent: true)
        }
    }

    /// Works until cancelled: jobs, removals, the event log, and a look for abandoned files now and then.
    package func run() async throws {
        let worker = JobWorker(
            queue: ground.queue, handlers: handlers, slots: JobSlots(codecs: settings.codecs.codecs * 2),
            workerID: settings.workerName)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await worker.run() }
            group.addTask { await ground.removals.run() }
            group.addTask { await ground.events.run() }
            group.addTask { await access.run() }
            group.addTask { await signedURLs.run() }
            group.addTask { await keepRecovering() }
            group.addTask { await ground.ballast?.run() }
            group.addTask { await queueOldRecipes() }
            group.addTask { await queueOldForms() }
            // A worker makes no renders; those in the folder are a server's.
            if settings.role == .server { group.addTask { await renders.keepTidy() } }
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

    /// Every kind of jobs that this program can do, whatever this process was told to work on.
    package static let jobKinds: [JobKind] = [.generateVariants, .generateMetadata]

    /// In the order of `jobKinds`.
    package var allHandlers: [any JobHandler] {
        [
            VariantsJob(
                policy: policy(settings.codecs.renderTime),
                database: ground.database, blobs: ground.blobs, codecs: codecs, events: ground.events,
                removals: ground.removals, nodes: nodes, time: ground.time),
            MetadataJob(
                policy: policy(settings.codecs.probeTime),
                database: ground.database, blobs: ground.blobs, codecs: codecs, events: ground.events,
                time: ground.time),
        ]
    }

    /// Those that this process was set to work on.
    package var workedKinds: [JobKind] { Self.jobKinds.filter { settings.jobKinds?.contains($0) ?? true } }

    private var handlers: [any JobHandler] {
        let kinds = workedKinds
        return allHandlers.filter { kinds.contains($0.kind) }
    }

    /// More jobs of a kind than codecs would only wait for each other with their leases running. An attempt ends well
    /// behind what its codec is allowed: the codec knows whether the picture or the machine is to blame.
    private func policy(_ allowance: Allowance) -> JobPolicy {
        JobPolicy(
            timeout: allowance.wall * 4 + .seconds(60), concurrency: settings.codecs.codecs,
            backOffBase: settings.backOffBase)
    }
}
