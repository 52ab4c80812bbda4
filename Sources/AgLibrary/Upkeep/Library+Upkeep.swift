import AgBase
import AgBlobs
import AgSQL

/// What the library does by itself, beside its jobs.
extension Library {
    /// Nobody works on one file for so long, not even another process.
    static let abandonedAge = Duration.seconds(3_600)

    /// - Parameter fate: of other processes that left something in the storage.
    func recover(
        olderThan age: Duration = Self.abandonedAge, fate: SpoolOwner.Fate = .unknown
    ) async throws -> Int {
        try await ground.blobs.recover(olderThan: age, fate: { _ in fate }) { path in
            try await ground.database.read(.lookUp) { try BlobReferences.contains(path, in: $0) }
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
