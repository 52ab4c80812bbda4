import AgBase
import AgBlobs
import AgImaging
import AgJobs
import AgModel
import AgSQL

/// Reads what the file itself says: camera, time, place. Enrichment: a picture is completed without it.
struct MetadataJob: JobHandler {
    let kind = JobKind.generateMetadata
    let policy: JobPolicy
    let database: any Database
    let blobs: any BlobStore
    let codecs: Codecs
    let events: EventLog
    let time: any TimeSource

    func run(_ job: ActiveJob) async throws -> @Sendable (any SQLTransaction) throws -> Void {
        guard let original = try await database.read(.lookUp, { try job.original(in: $0) }) else { return { _ in } }
        let metadata = try await read(original)
        return { tx in
            try Insight.record(metadata, for: original.id, at: time.now(), in: tx)
            try events.appendUpdate(of: original.id, in: tx)
        }
    }

    private func read(_ original: Original) async throws -> PictureMetadata {
        do {
            return try await codecs.metadata(
                try await blobs.local(original.path, byteCount: original.byteCount))
        } catch let error as CodecError {
            throw JobFailure(error)
        } catch let error as BlobError {
            throw JobFailure(error, "original-unreadable")
        }
    }
}
