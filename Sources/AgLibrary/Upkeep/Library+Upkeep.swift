import AgBase
import AgBlobs
import AgJobs
import AgSQL

/// What the library does by itself, beside its jobs.
extension Library {
    /// Nobody works on one file for so long, not even another process.
    static let abandonedAge = Duration.seconds(3_600)

    /// Removes what other processes left in the storage: as far as the leases of nodes tell, or by its age.
    func recover() async throws -> Int {
        try await recover(olderThan: Self.abandonedAge) { owner in
            switch try await nodes?.fate(of: owner.text) {
            case .running: .running
            case .ended: .ended
            case .unknown, nil: .unknown
            }
        }
    }

    /// - Parameter fate: of a process that left something in the storage.
    func recover(
        olderThan age: Duration, fate: @Sendable (SpoolOwner) async throws -> SpoolOwner.Fate
    ) async throws -> Int {
        try await ground.blobs.recover(olderThan: age, fate: fate) { path in
            try await ground.database.read(.lookUp) { try BlobReferences.contains(path, in: $0) }
        }
    }

    /// From now on beats, and cleans up after nodes that have ended, until `close`.
    func keepLease() {
        nodes?.start { node in
            let count = try await recover(olderThan: Self.abandonedAge) { $0.text == node ? .ended : .running }
            if count > 0 { ground.log.info("files of an ended node removed", ["node": node, "count": count]) }
        }
    }

    /// Jobs whose effect was refused leave files behind; an hour later nobody can be working on them any more.
    func keepRecovering() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(900))
            if Task.isCancelled { return }
            // Files that another process deleted must not take up the disk for ever.
            ground.deliveries.sweep()
            do {
                _ = try await recover()
            } catch {
                ground.log.warning("abandoned files could not be looked for", ["error": "\(error)"])
            }
        }
    }

    func queueOldRecipes() async {
        do {
            let count = try await RecipeUpkeep(database: ground.database, queue: ground.queue).run()
            if count > 0 { ground.log.info("pictures of an older recipe queued", ["count": count]) }
        } catch is CancellationError {
        } catch {
            ground.log.warning("pictures of an older recipe could not be queued", ["error": "\(error)"])
        }
    }

    func queueOldForms() async {
        do {
            let count = try await FormUpkeep(database: ground.database, queue: ground.queue).run()
            if count > 0 { ground.log.info("graphics of an older encoding queued", ["count": count]) }
        } catch is CancellationError {
        } catch {
            ground.log.warning("graphics of an older encoding could not be queued", ["error": "\(error)"])
        }
    }
}
