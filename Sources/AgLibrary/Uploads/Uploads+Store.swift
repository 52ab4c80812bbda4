import AgBase
import AgBlobs
import AgCrypto
import AgImaging
import AgModel
import AgSQL

extension Uploads {
    /// Stores accepted pictures: all of them or, when it throws, none. When it returns, they survive a power cut.
    ///
    /// The same bytes are stored once, however many uploads race: the table's unique key on the hash decides, and the
    /// losers' files are taken back. Outcomes are in the order of `uploads`.
    package func store(_ uploads: [AcceptedUpload], at target: UploadTarget) async throws -> [UploadOutcome] {
        try check(target, for: uploads)
        // Settled or not needed: either way the temporary names have served when this ends.
        defer { for upload in uploads { upload.file.discardUnlessNoted() } }
        while true {
            if let outcomes = try await attempt(uploads, target) { return outcomes }
            // An original that was there when we looked was deleted before we wrote. Now it will be missing.
        }
    }

    private func check(_ target: UploadTarget, for uploads: [AcceptedUpload]) throws(Fault) {
        if target.fixedID != nil, uploads.count != 1 { throw UploadRefusal.fixedIDForMany }
        if let session = target.sessionID { try SessionName.check(session) }
    }

    /// `nil` when bytes that were known have been deleted meanwhile.
    private func attempt(_ uploads: [AcceptedUpload], _ target: UploadTarget) async throws -> [UploadOutcome]? {
        let plans = try await plan(uploads)
        let staged = plans.compactMap(\.blob)
        guard try await keep(staged) else { return nil }
        do {
            let result = try await database.add { [self] tx in try record(plans, target, in: tx) }
            await sort(staged, result.usedPaths)
            return result.outcomes
        } catch is OriginalVanished {
            await blobs.withdraw(staged)
            return nil
        } catch let error as SQLError where error.code == .io {
            // A commit that could not be synced may lie in the log all the same, and a start after a crash finds it.
            // The notes stay: recovery asks the rows.
            throw error
        } catch {
            await blobs.withdraw(staged)
            throw error
        }
    }

    /// False when a path is taken: another upload heals the same original at this moment.
    private func keep(_ staged: [StagedBlob]) async throws -> Bool {
        do {
            try await blobs.keep(staged)
            return true
        } catch let error as BlobError where error.code == .exists {
            return false
        } catch let error as BlobError {
            throw error.fault
        }
    }

    /// Finds out which bytes are new, each of them once, and gives those an id and a path.
    private func plan(_ uploads: [AcceptedUpload]) async throws -> [UploadPlan] {
        let known = try await database.read { connection in
            try uploads.map { try Original.find($0.sha256, in: connection) }
        }
        var plans: [UploadPlan] = []
        for (upload, original) in zip(uploads, known) {
            if let original, try await isWhole(original) {
                plans.append(UploadPlan(upload: upload, original: original, isNew: false, blob: nil))
            } else {
                let new = original ?? Original(of: upload, at: time.now())
                let isFirst = !plans.contains { $0.upload.sha256 == upload.sha256 }
                let blob = isFirst ? StagedBlob(file: upload.file, path: new.path) : nil
                plans.append(UploadPlan(upload: upload, original: new, isNew: original == nil, blob: blob))
            }
        }
        return plans
    }

    /// Whether the bytes of a known original are where they should be. If not, this upload heals it; what lies in their
    /// place goes to the quarantine first. Only the length is looked at: a hash would cost more than the upload.
    private func isWhole(_ original: Original) async throws -> Bool {
        do {
            let length = try await blobs.open(original.path).length()
            if length == original.byteCount { return true }
            try await blobs.quarantine(original.path)
            return false
        } catch let error as BlobError {
            guard error.code == .notFound else { throw error.fault }
            return false
        }
    }

    private func sort(_ staged: [StagedBlob], _ usedPaths: Set<BlobPath>) async {
        blobs.settle(staged.filter { usedPaths.contains($0.path) })
        await blobs.withdraw(staged.filter { !usedPaths.contains($0.path) })
    }
}

/// What is to be done for one upload.
struct UploadPlan: Sendable {
    let upload: AcceptedUpload
    /// The row that is there already, or the one to insert.
    let original: Original
    let isNew: Bool
    /// Bytes to keep; `nil` when they are there, or another plan of the same batch keeps them.
    let blob: StagedBlob?
}

struct OriginalVanished: Error {}

extension Original {
    init(of upload: AcceptedUpload, at moment: Timestamp) {
        let id = OriginalID.make()
        let probe = upload.probe
        self.init(
            id: id, sha256: upload.sha256,
            path: .original(id, fileExtension: probe.format.fileExtension, uploadedAt: moment),
            byteCount: upload.byteCount, format: probe.format, width: probe.width, height: probe.height,
            frames: probe.frames, hasAlpha: probe.hasAlpha, isDamaged: probe.isDamaged, lostAt: nil, createdAt: moment)
    }
}
