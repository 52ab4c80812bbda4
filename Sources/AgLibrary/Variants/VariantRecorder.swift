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
    let deliveries: DeliveryCache
    let time: any TimeSource

    /// Writes the pictures durably, under names that no row refers to yet.
    func keep(_ pictures: [RenderedPicture]) async throws -> Kept {
        do {
            let staged = try pictures.map { try stage($0) }
            do {
                return try await keep(staged, mark: nil)
            } catch let error as BlobError where error.code == .exists {
                // The plain names are taken: by what is replaced, by an attempt that did not come to its end, or by
                // another image of the same original. These get names of their own.
                return try await keep(staged, mark: Hex.encode(RandomBytes.make(4)))
            }
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
        try UnfinishedOriginals.settle(original.id, in: tx)
        try removals.ask(replaced.compactMap(\.path), at: now, in: tx)
        tx.beforeAnswer { [deliveries, id = original.id] in deliveries.forget(id) }
        // Their URLs may be cached for ever: other bytes need other URLs.
        if replaced.contains(where: \.hadOtherBytes) {
            try tx.execute("UPDATE images SET generation = generation + 1 WHERE original_id = \(original.id)")
        }
    }

    private func keep(_ staged: [Staged], mark: String?) async throws -> Kept {
        let blobs = staged.map { StagedBlob(file: $0.file, path: .variant($0.name, of: original, mark: mark)) }
        try await self.blobs.keep(blobs)
        return Kept(rows: zip(staged, blobs).map { VariantRow($0.name, $0.picture, $1) }, blobs: blobs)
    }

    private func stage(_ picture: RenderedPicture) throws -> Staged {
        guard let name = VariantName(picture.name) else {
            preconditionFailure("The codec delivered '\(picture.name)', which was not ordered.")
        }
        let file = try blobs.spool.begin()
        try file.append(picture.file.read(at: 0, count: Int(picture.length)))
        return Staged(name: name, picture: picture, file: file)
    }
}

/// A derived picture whose bytes are in the spool.
private struct Staged {
    let name: VariantName
    let picture: RenderedPicture
    let file: SpoolFile
}
