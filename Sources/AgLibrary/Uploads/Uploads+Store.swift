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
        do {
            let outcomes = try await attemptUntilItFits(uploads, target)
            await blobs.discard(uploads.map(\.file))
            return outcomes
        } catch {
            await blobs.discard(uploads.map(\.file))
            throw error
        }
    }

    /// Another write may come between looking and writing, such as a deletion or a heal. Each time it was that one that
    /// got on, so this ends.
    private func attemptUntilItFits(
        _ uploads: [AcceptedUpload], _ target: UploadTarget
    ) async throws -> [UploadOutcome] {
        while true {
            if let outcomes = try await attempt(uploads, target) { return outcomes }
        }
    }

    private func check(_ target: UploadTarget, for uploads: [AcceptedUpload]) throws(Fault) {
        precondition(target.replaced == nil || uploads.count == 1, "One image shows one picture.")
        if target.fixedID != nil, uploads.count != 1 { throw UploadRefusal.fixedIDForMany }
        if let session = target.sessionID { try SessionName.check(session) }
    }

    /// `nil` when a row is not what the plan was made for any more.
    private func attempt(_ uploads: [AcceptedUpload], _ target: UploadTarget) async throws -> [UploadOutcome]? {
        let plans = try await plan(uploads)
        let staged = plans.compactMap(\.blob)
        guard try await keep(staged) else { return nil }
        do {
            let result = try await database.write { [self] tx in
                try nodes?.hold(staged, in: tx)
                return try record(plans, target, in: tx)
            }
            await sort(staged, result)
            if let gone = result.gone { await images.end(gone) }
            return result.outcomes
        } catch is PlanOutdated {
            await blobs.withdraw(staged)
            return nil
        } catch let error as SQLError where error.code == .io {
            // A commit that could not be synced may lie in the log all the same, and a start after a crash finds it.
            // The notes stay: recovery asks the rows.
            throw error
        } catch {
            // Every path is this attempt's own, also that of a heal: no row can refer to it.
            await blobs.withdraw(staged)
            throw error
        }
    }

    /// False when a path is taken, which a fresh one is only by a file that is not ours.
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

    /// Finds out which bytes are new or lost, and gives each of those a fresh path, once.
    private func plan(_ uploads: [AcceptedUpload]) async throws -> [UploadPlan] {
        let known = try await database.read(.lookUp) { connection in
            try uploads.map { try Original.find($0.sha256, in: connection) }
        }
        var plans: [UploadPlan] = []
        for (upload, seen) in zip(uploads, known) {
            let isFirst = !plans.contains { $0.upload.sha256 == upload.sha256 }
            let kept = isFirst ? try await toKeep(upload, seen) : nil
            plans.append(UploadPlan(upload: upload, seen: seen, kept: kept))
        }
        return plans
    }

    /// The original as it will be with this upload's bytes; `nil` when what is there is whole.
    private func toKeep(_ upload: AcceptedUpload, _ seen: Original?) async throws -> Original? {
        guard let seen else { return Original(of: upload, at: time.now()) }
        return try await isWhole(seen) ? nil : seen.healed(at: .another(for: seen))
    }

    /// Whether the bytes of a known original are where they should be. If not, this upload heals it. Only the length is
    /// looked at: a hash would cost more than the upload. Where a check found them lost, nothing there is trusted.
    private func isWhole(_ original: Original) async throws -> Bool {
        guard original.lostAt == nil else { return false }
        do {
            _ = try await blobs.open(original.path, byteCount: original.byteCount, readingUpTo: 0)
            return true
        } catch let error as BlobError {
            guard [.notFound, .notAFile, .changed].contains(error.code) else { throw error.fault }
            return false
        }
    }

    private func sort(_ staged: [StagedBlob], _ result: Recorded) async {
        await blobs.settle(staged.filter { result.usedPaths.contains($0.path) })
        await blobs.withdraw(staged.filter { !result.usedPaths.contains($0.path) })
        // What lay in the place of healed bytes. No row refers to it any more; if it cannot be moved, it is a stray file
        // that `verify` finds.
        for path in result.replacedPaths { try? await blobs.quarantine(path) }
    }
}

/// What is to be done for one upload.
struct UploadPlan: Sendable {
    let upload: AcceptedUpload
    /// The row as it was when the plan was made.
    let seen: Original?
    /// The original as it will be with this upload's bytes; `nil` when its bytes are there, or another plan of the same
    /// batch keeps them.
    let kept: Original?

    var blob: StagedBlob? { kept.map { StagedBlob(file: upload.file, path: $0.path) } }

    /// Whether the row is still the one that the plan was made for.
    func fits(_ found: Original?) -> Bool {
        seen?.id == found?.id && seen?.path == found?.path && seen?.lostAt == found?.lostAt
    }
}

/// A row has changed since the plan was made: look again.
struct PlanOutdated: Error {}

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
