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

    let original: Original
    let blobs: any BlobStore
    let removals: BlobRemovals
    let nodes: Nodes?
    let time: any TimeSource

    /// Writes the pictures durably, under fresh names that no row refers to yet.
    func keep(_ pictures: [RenderedPicture]) async throws -> Kept {
        do {
            var staged: [Staged] = []
            for picture in pictures { staged.append(try await stage(picture)) }
            let blobs = staged.map(\.blob)
            try await self.blobs.keep(blobs)
            return Kept(rows: staged.map { VariantRow($0.name, $0.picture, $0.blob) }, blobs: blobs)
        } catch let error as BlobError {
            throw JobFailure(error, "storage-\(error.code.rawValue)")
        }
    }

    /// To be called when the rows are committed. If they never are, the files' notes stay, and recovery removes both.
    func settle(_ kept: Kept) async {
        await blobs.settle(kept.blobs)
    }

    func record(_ kept: Kept, in tx: any SQLTransaction) throws {
        try nodes?.hold(kept.blobs, in: tx)
        try record(kept.rows, in: tx)
    }

    func record(_ rows: [VariantRow], in tx: any SQLTransaction) throws {
        let now = time.now()
        // Two that record the same variant would both find the file of before, and the first one's file would stay.
        try Original.hold(original.id, in: tx)
        let replaced = try rows.compactMap { try $0.record(for: original.id, at: now, in: tx) }
        try UnfinishedOriginals.settle(original.id, in: tx)
        try removals.ask(replaced.compactMap(\.path), at: now, in: tx)
        tx.notify(.changed(original.id))
        // Their URLs may be cached for ever: other bytes need other URLs.
        if replaced.contains(where: \.hadOtherBytes) {
            try Image.renew(showing: original.id, in: tx)
        }
    }

    private func stage(_ picture: RenderedPicture) async throws -> Staged {
        guard let name = VariantName(picture.name) else {
            preconditionFailure("The codec delivered '\(picture.name)', which was not ordered.")
        }
        let file = try await blobs.stage(picture.file, byteCount: picture.length)
        return Staged(
            name: name, picture: picture, blob: StagedBlob(file: file, path: .variant(name, of: original)))
    }
}

/// A derived picture whose bytes are in the spool.
private struct Staged {
    let name: VariantName
    let picture: RenderedPicture
    let blob: StagedBlob
}
