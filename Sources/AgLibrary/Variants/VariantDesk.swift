import AgBase
import AgBlobs
import AgCrypto
import AgImaging
import AgJobs
import AgModel
import AgSQL
import Synchronization

/// Where the outputs of one render are taken down as they come: the thumbnail into its row at once, the others into
/// the spool, to be named and recorded together at the end.
final class VariantDesk: Sendable {
    private struct Taken: Sendable {
        var rows: [VariantRow] = []
        var staged: [StagedBlob] = []
    }

    private let job: ActiveJob
    private let work: VariantWork
    private let parts: VariantsJob
    private let taken = Mutex(Taken())

    init(job: ActiveJob, work: VariantWork, parts: VariantsJob) {
        self.job = job
        self.work = work
        self.parts = parts
    }

    func take(_ picture: RenderedPicture) async throws {
        guard let name = VariantName(picture.name) else {
            preconditionFailure("The codec delivered '\(picture.name)', which was not ordered.")
        }
        if name == .thumbnail {
            try await record(thumbnail: picture)
        } else {
            try stage(name, picture)
        }
        job.report(progress: progress)
    }

    /// Names the files and gives back the effect that records them, placeholder and colours.
    func finish(_ result: RenderResult) async throws -> @Sendable (any SQLTransaction) throws -> Void {
        let taken = taken.withLock { $0 }
        do {
            try await parts.blobs.keep(taken.staged)
        } catch let error as BlobError {
            throw JobFailure(class: .internal, code: "storage-\(error.code.rawValue)", message: error.message, cause: error)
        }
        return { [self] tx in
            try record(taken.rows, in: tx)
            try Insight.record(result.analysis, for: work.image.original.id, at: parts.time.now(), in: tx)
            try parts.events.append(.imageUpdated, work.image, in: tx)
            tx.afterCommit { [parts] in parts.blobs.settle(taken.staged) }
        }
    }

    /// The decode and each output count alike: an estimate that moves.
    private var progress: Int {
        let made = taken.withLock { $0.rows.count } + 1
        return min(99, made * 100 / (work.names.count + 1))
    }

    private func record(thumbnail picture: RenderedPicture) async throws {
        let bytes = try picture.file.read(at: 0, count: Int(picture.length))
        let row = VariantRow(
            name: .thumbnail, width: picture.width, height: picture.height, byteCount: Int64(bytes.count),
            sha256: .of(bytes), place: .here(bytes))
        try await job.commit { [self] tx in
            try record([row], in: tx)
            try parts.events.append(.imageUpdated, work.image, in: tx)
        }
    }

    private func stage(_ name: VariantName, _ picture: RenderedPicture) throws {
        let file = try parts.blobs.spool.begin()
        try file.append(picture.file.read(at: 0, count: Int(picture.length)))
        // A name of this attempt's own: another attempt, or the file it replaces, may hold the plain one.
        let mark = job.attempt > 1 || job.makesAgain ? Hex.encode(RandomBytes.make(4)) : nil
        let path = BlobPath.variant(name, of: work.image.original, mark: mark)
        let row = VariantRow(
            name: name, width: picture.width, height: picture.height, byteCount: file.byteCount,
            sha256: file.finish(), place: .at(path))
        taken.withLock { taken in
            taken.rows.append(row)
            taken.staged.append(StagedBlob(file: file, path: path))
        }
    }

    private func record(_ rows: [VariantRow], in tx: any SQLTransaction) throws {
        let now = parts.time.now()
        let replaced = try rows.compactMap { try $0.record(for: work.image.original.id, at: now, in: tx) }
        try parts.removals.ask(replaced, at: now, in: tx)
    }
}
