import AgBase
import AgBlobs
import AgCrypto
import AgJobs
import AgModel
import AgSQL

/// The one transaction of an upload: rows, links, jobs and events together.
extension Uploads {
    struct Recorded: Sendable {
        let outcomes: [UploadOutcome]
        /// The kept paths that rows now refer to.
        let usedPaths: Set<BlobPath>
    }

    func record(_ plans: [UploadPlan], _ target: UploadTarget, in tx: any SQLTransaction) throws -> Recorded {
        if let grant = target.grant { try grants.use(grant, in: tx) }
        var used: Set<BlobPath> = []
        var outcomes: [UploadOutcome] = []
        for plan in plans {
            let original = try settleOriginal(plan, plans, &used, in: tx)
            outcomes.append(try settleImage(plan.upload, original, target, in: tx))
        }
        return Recorded(outcomes: outcomes, usedPaths: used)
    }

    /// The original that holds these bytes, inserted if the hash is not taken.
    private func settleOriginal(
        _ plan: UploadPlan, _ plans: [UploadPlan], _ used: inout Set<BlobPath>, in tx: any SQLTransaction
    ) throws -> Original {
        let found = try Original.find(plan.upload.sha256, in: tx)
        guard let blob = plan.blob else {
            // Known and whole, or settled by an earlier plan of this batch. Gone means deleted since we looked.
            guard let found else { throw OriginalVanished() }
            if found.lostAt != nil { try markFound(found.id, in: tx) }
            return found
        }
        if let found {
            // Another upload of these bytes was first, and ours are not needed, unless it is ours that heal it.
            guard found.path == blob.path else { return found }
            try markFound(found.id, in: tx)
        } else {
            // A known original whose bytes we meant to heal was deleted: its path must not live again.
            guard plan.isNew else { throw OriginalVanished() }
            try plan.original.insert(in: tx)
            try UnfinishedOriginals.add(plan.original.id, in: tx)
        }
        used.insert(blob.path)
        return plan.original
    }

    private func markFound(_ id: OriginalID, in tx: any SQLTransaction) throws {
        try tx.execute("UPDATE originals SET lost_at = NULL WHERE id = \(id)")
        tx.beforeAnswer { [deliveries] in deliveries.forget(id) }
    }

    private func settleImage(
        _ upload: AcceptedUpload, _ original: Original, _ target: UploadTarget, in tx: any SQLTransaction
    ) throws -> UploadOutcome {
        let found = try existingImage(of: original, target, in: tx)
        let image = try found ?? insertImage(upload, original, target, in: tx)
        if let session = target.sessionID { try link(image, to: session, in: tx) }
        var status = try Images.status(of: image, queue, in: tx)
        // A waiting job hears of `allowDamaged`; one at work fails first, and is asked for again then.
        if status == .failed || (status == .pending && upload.allowsDamage) {
            try queueJobs(for: image, upload, in: tx)
            status = .pending
        }
        return UploadOutcome(image: image, isNew: found == nil, status: status)
    }

    /// Also for a picture that is here and has failed: whoever sends it again wants it tried again.
    private func queueJobs(for image: Image, _ upload: AcceptedUpload, in tx: any SQLTransaction) throws {
        let options: ImageJobOptions = upload.allowsDamage ? .allowDamaged : []
        for kind in [JobKind.generateVariants, .generateMetadata] {
            try queue.enqueue(.image(kind, image.id, priority: .new, options), in: tx)
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

    private func insertImage(
        _ upload: AcceptedUpload, _ original: Original, _ target: UploadTarget, in tx: any SQLTransaction
    ) throws -> Image {
        let image = Image(
            id: target.fixedID ?? .make(), original: original, generation: 1, filename: upload.filename,
            uploadedAt: time.now())
        try image.insert(in: tx)
        try events.append(.imageCreated, image, in: tx)
        try queueJobs(for: image, upload, in: tx)
        return image
    }

    private func link(_ image: Image, to session: String, in tx: any SQLTransaction) throws {
        try tx.execute(
            """
            INSERT INTO session_images (session_id, image_id, linked_at)
            VALUES (\(session), \(image.id), \(time.now())) ON CONFLICT DO NOTHING
            """)
    }
}
