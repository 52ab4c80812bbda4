import AgBase
import AgBlobs
import AgJobs
import AgModel
import AgSQL

extension Verifier {
    /// What came of a repair.
    enum Mending: Sendable {
        case done(String)
        /// Nothing can be done by itself.
        case left
        /// The row does not refer to that file any more: the finding is of the past.
        case outdated
    }

    /// Mends one reference.
    ///
    /// The row goes first, in a transaction that asks whether it still refers to the file; only then is the file, to
    /// which nothing refers now nor ever will, moved to the quarantine. A stop in between leaves a stray file.
    func mend(_ reference: FileReference, _ kind: Finding.Kind) async throws -> Mending {
        switch (reference.owner, kind) {
        case (_, .lostOriginal), (_, .strayFile), (_, .database), (_, .unreadableFile): return .left
        case (.subject, _): return .left
        case (.original(let id), .foundAgain):
            return try await markFound(reference, of: id)
                ? .done("The original is no longer marked lost.") : .outdated
        case (.variant(let id), _):
            guard try await makeAgain(id, where: "path = \(reference.path.text)") else {
                return .outdated
            }
            if kind == .changedFile { try await setAside(reference.path) }
            return .done("It is made again.")
        case (.original(let id), _):
            guard try await markLost(reference, of: id, isThere: kind == .changedFile) else { return .outdated }
            if kind == .changedFile { try await setAside(reference.path) }
            return .done("The original is marked lost; the same file uploaded again heals it.")
        }
    }

    /// Files that no row refers to. The young ones are reported too: an old database beside newer files has nothing else to
    /// show. They are left where they are, for another program may think them its own.
    func findStrays(_ repair: Bool, _ report: inout VerifyReport) async throws {
        let found = try await strays()
        if found.isEmpty { return }
        let newest = try await newestRow()
        let limit = time.now() - grace
        for stray in found {
            let isMovable = stray.modifiedAt <= limit
            let isNewer = newest.map { stray.modifiedAt > $0 } ?? true
            if isNewer { report.newerFiles += 1 }
            if repair, isMovable { try await setAside(stray.path) }
            let words = [
                "No row refers to its \(stray.byteCount) bytes.", isNewer ? "It is newer than every row." : nil,
                repair && !isMovable ? "It is too young to be moved; repair again in an hour." : nil,
            ]
            report.findings.append(
                Finding(
                    .strayFile, stray.path.text, words.compactMap(\.self).joined(separator: " "),
                    repair: repair && isMovable ? "It is in the quarantine." : nil))
        }
    }

    private func newestRow() async throws -> Timestamp? {
        try await database.read(.whole) { connection in
            let moments: [Timestamp?] = [
                try Original.newest(in: connection), try Variant.newest(in: connection),
            ]
            return moments.compactMap(\.self).max()
        }
    }

    /// Files without a row, a note of removal, or an upload or job that may be about to record them.
    ///
    /// The rows are asked after the pending names were listed: what is no longer pending has its row by then, or will
    /// never have one. Then the file is looked for again: one that is gone was taken back.
    private func strays() async throws -> [BlobListing] {
        let candidates = try await unknownFiles()
        if candidates.isEmpty { return [] }
        let pending = try await blobs.pending()
        var strays: [BlobListing] = []
        for listing in candidates where !pending.contains(listing.path) {
            if try await !isKnown(listing.path), try await isThere(listing.path) { strays.append(listing) }
        }
        return strays
    }

    private func isThere(_ path: BlobPath) async throws -> Bool {
        do {
            _ = try await blobs.open(path)
            return true
        } catch let error as BlobError {
            return error.code != .notFound
        }
    }

    private func unknownFiles() async throws -> [BlobListing] {
        let found = Gathered()
        try await blobs.walk { listing in
            if try await !isKnown(listing.path) { await found.add(listing) }
        }
        return await found.listings
    }

    private func isKnown(_ path: BlobPath) async throws -> Bool {
        try await database.read { connection in
            try parts.refer(to: path, in: connection)
                || connection.exists("SELECT 1 FROM blob_removals WHERE path = \(path.text)")
        }
    }

    /// Moves a file that no row refers to, unless it is gone already.
    private func setAside(_ path: BlobPath) async throws {
        do {
            try await blobs.quarantine(path)
        } catch let error as BlobError where error.code == .notFound {
            // Another repair, or the recovery of a running server, was first.
        }
    }

    /// Removes those of an original's derived pictures and has them made again. False when there are none any more, or
    /// they were made again since we looked.
    @discardableResult
    func makeAgain(_ original: OriginalID, where condition: SQL) async throws -> Bool {
        try await database.write { [queue] tx in
            try Original.hold(original, in: tx)
            let removed = try Variant.remove(of: original, where: condition, in: tx)
            guard removed > 0, let image = try Image.oldest(of: original, in: tx) else { return removed > 0 }
            try UnfinishedOriginals.add(original, in: tx)
            try queue.enqueue(.image(.generateVariants, image, priority: .rebuild), in: tx)
            return true
        }
    }

    /// Marks an original lost if its row still refers to that file. The file of one that `isThere` and is not the
    /// right one gets free: the row is given a path at which there is nothing.
    private func markLost(_ reference: FileReference, of id: OriginalID, isThere: Bool) async throws -> Bool {
        try await database.write { tx in
            try Original.hold(id, in: tx)
            guard let original = try Original.find(id, in: tx), original.path == reference.path else {
                return false
            }
            let path = isThere ? BlobPath.another(for: original) : original.path
            try original.markLost(at: time.now(), path: path, in: tx)
            return true
        }
    }

    private func markFound(_ reference: FileReference, of id: OriginalID) async throws -> Bool {
        try await database.write { try Original.markFound(id, at: reference.path, in: $0) }
    }
}

private actor Gathered {
    private(set) var listings: [BlobListing] = []
    func add(_ listing: BlobListing) { listings.append(listing) }
}
