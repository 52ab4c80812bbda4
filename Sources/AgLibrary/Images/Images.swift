import AgBase
import AgJobs
package import AgModel
import AgSQL
import Synchronization

/// The door to pictures that are in the library: looking, listing, unlinking, deleting, making again.
package struct Images: Sendable {
    let database: any Database
    let queue: JobQueue
    let events: EventLog
    let removals: BlobRemovals
    /// The subjects: what of them uses images or is derived from originals.
    let parts: [any LibraryPart.Type]
    let time: any TimeSource
    private let endings = OriginalEndings()

    init(
        database: any Database, queue: JobQueue, events: EventLog, removals: BlobRemovals,
        parts: [any LibraryPart.Type], time: any TimeSource
    ) {
        self.database = database
        self.queue = queue
        self.events = events
        self.removals = removals
        self.parts = parts
        self.time = time
    }

    /// Throws `Fault` 404 `no-such-image`.
    package func image(_ id: ImageID) async throws -> Image {
        try await database.read(.lookUp) { try Images.require(id, in: $0) }
    }

    /// How far the picture is, with its unfinished and last jobs.
    package func progress(_ id: ImageID) async throws -> ImageProgress {
        try await database.read(.lookUp) { [queue] connection in
            // No more of the image than its original's id: pages ask this again and again.
            guard let original = try Image.original(of: id, in: connection) else { throw Images.unknown(id) }
            let jobs = try queue.jobs(subject: original.text, of: id.text, in: connection)
            return ImageProgress(
                id: id, status: try Images.status(showing: original, jobs, in: connection), jobs: jobs)
        }
    }

    package func details(_ id: ImageID) async throws -> ImageDetails {
        try await database.read(.lookUp) { [queue] connection in
            let image = try Images.require(id, in: connection)
            return ImageDetails(
                image: image, status: try Images.status(of: image, queue, in: connection),
                variants: try Variant.all(of: image.original.id, in: connection),
                insight: try Insight.find(image.original.id, in: connection),
                sessions: try image.sessions(in: connection))
        }
    }

    /// From now on calls the listener with each original that is deleted here, before the caller of the deletion is
    /// answered: for what is kept of originals outside of the database.
    package func whenGone(_ listener: @escaping @Sendable (OriginalID) async -> Void) { endings.add(listener) }

    /// Calls those who listen. No request reaches the original any more. Should the process die before, they find out at
    /// the next start by asking the rows.
    func end(_ original: OriginalID) async { await endings.call(original) }

    static func require(_ id: ImageID, in connection: any SQLConnection) throws -> Image {
        guard let image = try Image.find(id, in: connection) else { throw Images.unknown(id) }
        return image
    }

    /// Finds an image and holds its original. Throws `Fault` 404, and `SQLError.conflict`, which runs the transaction again,
    /// when the image was pointed at another original meanwhile.
    static func hold(_ id: ImageID, in tx: any SQLTransaction) throws -> Image {
        let seen = try require(id, in: tx)
        try Original.hold(seen.original.id, in: tx)
        // What went on while we waited.
        let image = try require(id, in: tx)
        guard image.original.id == seen.original.id else {
            throw SQLError(.conflict, "The image \(id) was given other bytes.")
        }
        return image
    }

    static func unknown(_ id: ImageID) -> Fault {
        Fault(.notFound, "no-such-image", "There is no image \(id).")
    }
}

/// Who is called when an original is gone.
private final class OriginalEndings: Sendable {
    private let listeners = Mutex<[@Sendable (OriginalID) async -> Void]>([])

    func add(_ listener: @escaping @Sendable (OriginalID) async -> Void) {
        listeners.withLock { $0.append(listener) }
    }

    func call(_ original: OriginalID) async {
        for listener in listeners.withLock({ $0 }) { await listener(original) }
    }
}
