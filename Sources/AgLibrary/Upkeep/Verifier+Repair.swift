import AgBase
import AgBlobs
import AgJobs
import AgModel
import AgSQL

extension Verifier {
    /// Mends one reference and says how.
    func mend(_ reference: FileReference, _ kind: Finding.Kind) async throws -> String? {
        switch (reference.owner, kind) {
        case (_, .lostOriginal), (_, .strayFile), (_, .database), (_, .unreadableFile): return nil
        case (_, .foundAgain):
            try await mark(reference, lostAt: nil)
            return "The original is no longer marked lost."
        case (.variant, _):
            try await setAside(reference.path, kind)
            try await makeAgain(reference.originalID, where: "path = \(reference.path.text)")
            return "It is made again."
        case (.original, _):
            try await setAside(reference.path, kind)
            try await mark(reference, lostAt: time.now())
            return "The original is marked lost; the same file uploaded again heals it."
        }
    }

    /// Files that no row refers to, of an age at which one would.
    func findStrays(_ repair: Bool, _ report: inout VerifyReport) async throws {
        let strays = try await strays()
        for stray in strays {
            var done: String?
            if repair {
                try await blobs.quarantine(stray.path)
                done = "It is in the quarantine."
            }
            report.findings.append(
                Finding(.strayFile, stray.path.text, "No row refers to its \(stray.byteCount) bytes.", repair: done))
        }
    }

    private func strays() async throws -> [BlobListing] {
        let limit = time.now() - grace
        let found = Gathered()
        try await blobs.walk { listing in
            guard listing.modifiedAt <= limit else { return }
            let isKnown = try await database.read { connection in
                try BlobReferences.contains(listing.path, in: connection)
                    || connection.exists("SELECT 1 FROM blob_removals WHERE path = \(listing.path.text)")
            }
            if !isKnown { await found.add(listing) }
        }
        return await found.listings
    }

    private func setAside(_ path: BlobPath, _ kind: Finding.Kind) async throws {
        if kind == .changedFile { try await blobs.quarantine(path) }
    }

    /// Removes those of an original's derived pictures and has them made again; what is gone already, or was made again
    /// since we looked, is let be.
    func makeAgain(_ original: OriginalID, where condition: SQL) async throws {
        try await database.write { [queue] tx in
            let removed = try tx.execute("DELETE FROM image_variants WHERE original_id = \(original) AND \(condition)")
            guard removed > 0, let image = try Image.oldest(of: original, in: tx) else { return }
            try UnfinishedOriginals.add(original, in: tx)
            try queue.enqueue(.image(.generateVariants, image.id, priority: .rebuild), in: tx)
        }
    }

    private func mark(_ reference: FileReference, lostAt: Timestamp?) async throws {
        try await database.write { tx in
            _ = try tx.execute(
                "UPDATE originals SET lost_at = \(lostAt.sqlValue) WHERE id = \(reference.originalID)")
        }
    }
}

private actor Gathered {
    private(set) var listings: [BlobListing] = []
    func add(_ listing: BlobListing) { listings.append(listing) }
}
