import AgBase
import AgBlobs
import AgJobs
import AgSQL

/// Removes what processes left in the storage when they ended in the middle of something.
struct Recovery: Sendable {
    /// Nobody works on one file for so long, not even another process.
    static let abandonedAge = Duration.seconds(3_600)

    let ground: LibraryGround
    let nodes: Nodes?

    /// Removes what other processes left: as far as the leases of nodes tell, or by its age. Returns how many files.
    func run() async throws -> Int {
        try await run(olderThan: Self.abandonedAge) { owner in
            switch try await nodes?.fate(of: owner.text) {
            case .running: .running
            case .ended: .ended
            case .unknown, nil: .unknown
            }
        }
    }

    /// - Parameter fate: of a process that left something in the storage.
    func run(
        olderThan age: Duration, fate: @Sendable (SpoolOwner) async throws -> SpoolOwner.Fate
    ) async throws -> Int {
        try await ground.blobs.recover(olderThan: age, fate: fate) { path in
            try await ground.database.read(.lookUp) { try ground.parts.refer(to: path, in: $0) }
        }
    }

    /// From now on beats, and cleans up after nodes that have ended, until they are left.
    func keepLease() {
        nodes?.start { node in
            let count = try await run(olderThan: Self.abandonedAge) { $0.text == node ? .ended : .running }
            if count > 0 { ground.log.info("files of an ended node removed", ["node": node, "count": count]) }
        }
    }

    /// Jobs whose effect was refused leave files behind; an hour later no process can be working on them any more.
    func keepRunning() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(900))
            if Task.isCancelled { return }
            do {
                _ = try await run()
            } catch {
                ground.log.warning("abandoned files could not be looked for", ["error": "\(error)"])
            }
        }
    }
}
