import AgBase
package import AgJobs
package import AgModel
import AgSQL

extension Images {
    /// Makes derived pictures or metadata again. What is there stays until the new is.
    ///
    /// One picture goes before new uploads, because a user waits for it. Those asked for while it still waits are a
    /// rebuild that no user waits for, and go behind: new uploads never wait for more than one.
    package func reprocess(_ id: ImageID, _ kinds: [JobKind]) async throws -> [JobID] {
        let caller = Authority.current?.credential.origin.caller ?? .server
        return try await database.write { [queue] tx in
            let image = try Images.hold(id, in: tx)
            return try kinds.map { kind in
                let isRebuild = try queue.isWaiting(kind, priority: .interactive, in: tx)
                let priority = isRebuild ? JobPriority.rebuild : .interactive
                return try queue.enqueue(.image(kind, image, priority: priority, .again, for: caller), in: tx)
            }
        }
    }
}
