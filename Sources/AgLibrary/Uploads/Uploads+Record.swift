import AgBase
import AgBlobs
import AgCrypto
import AgJobs
import AgModel
import AgSQL

/// The one transaction of an upload: rows, links, jobs and events together.
extension Uploads {
    struct Recorded: Sendable {
        var outcomes: [UploadOutcome] = []
        /// The kept paths that rows now refer to.
        var usedPaths: Set<BlobPath> = []
        /// Paths that rows referred to and never will again: the bytes there were lost and have been replaced.
        var replacedPaths: [BlobPath] = []
        /// The original that went because the last image that showed it shows another one now.
        var gone: OriginalID?
    }

    func record(_ plans: [UploadPlan], _ target: UploadTarget, in tx: any SQLTransaction) throws -> Recorded {
        if let grant = target.grant { try grants.use(grant, in: tx) }
        var result = Recorded()
        let replaced = try target.replaced.map { try holdReplaced($0, plans, in: tx) }
        let originals = try settleOriginals(plans, &result, in: tx)
        for plan in plans {
            guard let original = originals[plan.upload.sha256] else { throw PlanOutdated() }
            if let replaced {
                result.outcomes.append(try replace(replaced, plan.upload, original, &result, in: tx))
                continue
            }
            result.outcomes.append(try settleImage(plan.upload, original, target, in: tx))
        }
        if let grant = target.grant, let outcome = result.outcomes.first { try note(outcome, of: grant, in: tx) }
        try target.completion?(result.outcomes, tx)
        return result
    }

    /// For who asks the upload URL what became of it.
    private func note(_ outcome: UploadOutcome, of grant: UploadGrantID, in tx: any SQLTransaction) throws {
        try tx.execute(
            """
            UPDATE upload_grants SET image_id = \(outcome.image.id), made_image = \(outcome.isNew),
                byte_count = \(outcome.image.original.byteCount) WHERE id = \(grant)
            """)
    }

    /// In the order of the hashes, so that two batches of the same pictures do not wait for each other.
    private func settleOriginals(
        _ plans: [UploadPlan], _ result: inout Recorded, in tx: any SQLTransaction
    ) throws -> [SHA256Digest: Original] {
        // Of the same bytes the first plan says what is to be kept.
        let firsts = Dictionary(plans.map { ($0.upload.sha256, $0) }) { first, _ in first }
        let ordered = firsts.values.sorted {
            $0.upload.sha256.bytes.lexicographicallyPrecedes($1.upload.sha256.bytes)
        }
        var originals: [SHA256Digest: Original] = [:]
        for plan in ordered { originals[plan.upload.sha256] = try settleOriginal(plan, &result, in: tx) }
        return originals
    }

    /// The original that holds these bytes: the one that is there, or inserted, or healed. It is held until the end.
    ///
    /// Throws `PlanOutdated` when the row is another than the plan was made for: its file may be another, too.
    private func settleOriginal(
        _ plan: UploadPlan, _ result: inout Recorded, in tx: any SQLTransaction
    ) throws -> Original {
        let found = try Original.hold(plan.upload.sha256, in: tx)
        guard plan.fits(found) else { throw PlanOutdated() }
        guard let kept = plan.kept else {
            guard let found else { throw PlanOutdated() }
            return found
        }
        if let found { try heal(found, at: kept.path, &result, in: tx) } else { try insert(kept, in: tx) }
        result.usedPaths.insert(kept.path)
        return kept
    }

    /// Finds the image that shall show another picture, and holds its original and those that will be settled, in the order of
    /// the hashes. Throws `Fault` 404, and `SQLError.conflict`, which runs the transaction again.
    private func holdReplaced(_ id: ImageID, _ plans: [UploadPlan], in tx: any SQLTransaction) throws -> Image {
        let seen = try Images.require(id, in: tx)
        let hashes = Set(plans.map(\.upload.sha256) + [seen.original.sha256])
        for hash in hashes.sorted(by: { $0.bytes.lexicographicallyPrecedes($1.bytes) }) {
            _ = try Original.hold(hash, in: tx)
        }
        // What went on while we waited.
        let image = try Images.require(id, in: tx)
        guard image.original.id == seen.original.id else {
            throw SQLError(.conflict, "The image \(id) was given other bytes.")
        }
        return image
    }

    private func replace(
        _ image: Image, _ upload: AcceptedUpload, _ original: Original, _ result: inout Recorded,
        in tx: any SQLTransaction
    ) throws -> UploadOutcome {
        let pointed = try images.point(image, at: original, in: tx)
        result.gone = pointed.gone
        var status = try Images.status(of: pointed.image, queue, in: tx)
        if status == .failed {
            try queueJobs(for: pointed.image, upload, in: tx)
            status = .pending
        }
        return UploadOutcome(image: pointed.image, isNew: result.usedPaths.contains(original.path), status: status)
    }

    private func heal(
        _ original: Original, at path: BlobPath, _ result: inout Recorded, in tx: any SQLTransaction
    ) throws {
        try original.heal(at: path, in: tx)
        result.replacedPaths.append(original.path)
        tx.notify(.changed(original.id))
    }

    private func insert(_ original: Original, in tx: any SQLTransaction) throws {
        guard try original.insert(in: tx) else { throw PlanOutdated() }
        try UnfinishedOriginals.add(original.id, in: tx)
    }

    private func settleImage(
        _ upload: AcceptedUpload, _ original: Original, _ target: UploadTarget, in tx: any SQLTransaction
    ) throws -> UploadOutcome {
        let found = try existingImage(of: original, target, in: tx)
        let image = try found ?? insertImage(upload, original, target, in: tx)
        if let session = target.sessionID { try image.link(to: session, at: time.now(), in: tx) }
        var status = try Images.status(of: image, queue, in: tx)
        // A waiting job gets `allowDamaged` into its payload; so does one at work, which runs again with it when it fails.
        if status == .failed || (status != .completed && upload.allowsDamage) {
            try queueJobs(for: image, upload, in: tx)
            if status == .failed { status = .pending }
        }
        return UploadOutcome(image: image, isNew: found == nil, status: status)
    }

    /// Also for a picture that is here and has failed: sending it again asks for another try.
    private func queueJobs(for image: Image, _ upload: AcceptedUpload, in tx: any SQLTransaction) throws {
        let options: ImageJobOptions = upload.allowsDamage ? .allowDamaged : []
        for kind in [JobKind.generateVariants, .generateMetadata] {
            try queue.enqueue(.image(kind, image, priority: .new, options, for: upload.caller), in: tx)
        }
    }

    /// With a fixed id, that image and no other; without, the oldest one that shows these bytes.
    private func existingImage(
        of original: Original, _ target: UploadTarget, in tx: any SQLTransaction
    ) throws -> Image? {
        guard let fixed = target.fixedID else { return try Image.oldest(of: original.id, in: tx) }
        guard let image = try Image.find(fixed, in: tx) else { return nil }
        guard image.original.id == original.id else { throw UploadRefusal.idTaken(fixed) }
        return image
    }

    /// Throws `PlanOutdated` when another upload has taken the fixed id since a moment ago: it is looked at again.
    private func insertImage(
        _ upload: AcceptedUpload, _ original: Original, _ target: UploadTarget, in tx: any SQLTransaction
    ) throws -> Image {
        let image = Image(
            id: target.fixedID ?? .make(), original: original, generation: 1, filename: upload.filename,
            uploadedAt: time.now())
        guard try image.insert(in: tx) else { throw PlanOutdated() }
        events.append(.imageCreated, image, in: tx)
        try queueJobs(for: image, upload, in: tx)
        return image
    }
}
