import AgBase
package import AgJobs
package import AgModel
import AgSQL

extension Images {
    /// Makes derived pictures or metadata again. What is there stays until the new is.
    package func reprocess(_ id: ImageID, _ kinds: [JobKind]) async throws -> [JobID] {
        try await database.write { [queue] tx in
            _ = try Images.require(id, in: tx)
            return try kinds.map { kind in
                try queue.enqueue(.image(kind, id, priority: .interactive, again: true), in: tx)
            }
        }
    }
}
