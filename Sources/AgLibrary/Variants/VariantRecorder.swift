import AgBase
import AgBlobs
import AgCrypto
import AgImaging
import AgJobs
import AgModel
import AgSQL

/// Puts one original's derived pictures into files and rows.
struct VariantRecorder: Sendable {
    /// Rows to write and the files that they will refer to.
    struct Kept: Sendable {
        let rows: [VariantRow]
        let blobs: [StagedBlob]
    }

    let job: ActiveJob
    let original: Original
    let blobs: any BlobStore
    let removals: BlobRemovals
    let time: any TimeSource

    /// Writes the pictures durably, under names that no row refers to yet.
    func keep(_ pictures: [RenderedPicture]) async throws -> Kept {
        do {
            let staged = try pictures.map { try stage($0) }
            try await blobs.keep(staged.map(\.blob))
            return Kept(rows: staged.map(\.row), blobs: staged.map(\.blob))
        } catch let error as BlobError {
            throw JobFailure(error, "storage-\(error.code.rawValue)")
        }
    }

    /// Writes the rows. If the transaction is rolled back, the files' notes stay, and recovery removes both.
    func record(_ kept: Kept, in tx: any SQLTransaction) throws {
        try record(kept.rows, in: tx)
        tx.afterCommit { [blobs] in blobs.settle(kept.blobs) }
    }

    func record(_ rows: [VariantRow], in tx: any SQLTransaction) throws {
        let now = time.now()
        let replaced = try rows.compactMap { try $0.record(for: original.id, at: now, in: tx) }
        try removals.ask(replaced, at: now, in: tx)
    }

    private func stage(_ picture: RenderedPicture) throws -> (row: VariantRow, blob: StagedBlob) {
        guard let name = VariantName(picture.name) else {
            preconditionFailure("The codec delivered '\(picture.name)', which was not ordered.")
        }
        let file = try blobs.spool.begin()
        try file.append(picture.file.read(at: 0, count: Int(picture.length)))
        let blob = StagedBlob(file: file, path: .variant(name, of: original, mark: mark))
        return (VariantRow(name, picture, blob), blob)
    }

    /// A name of this attempt's own where the plain one may be taken: by an earlier attempt, or by what is replaced.
    private var mark: String? {
        !job.isFirstTry || job.makesAgain ? Hex.encode(RandomBytes.make(4)) : nil
    }
}
