package import AgBase

/// What a process that has ended left in the spool.
package struct SpoolLeftover: Sendable {
    /// In the spool's folder.
    package let name: String
    /// Where the bytes were kept to, if they were; then their rows decide.
    package let path: BlobPath?
    /// Whether the bytes have a second name.
    package let isLinked: Bool
}

extension Spool {
    /// The files that are abandoned: those of processes that have ended, and of unknown ones when they are old enough.
    ///
    /// - Parameters:
    ///   - limit: files that were changed later are skipped where it is not known whether their process runs.
    ///   - fate: asked after the listing, once for each process but this one: one that registers before it leaves anything is
    ///     never taken for one that has ended.
    package func leftovers(
        before limit: Timestamp, fate: @Sendable (SpoolOwner) async throws -> SpoolOwner.Fate, on pool: BlockingPool
    ) async throws -> [SpoolLeftover] {
        let found = try await pool.run { [self] in try list() }
        var fates: [SpoolOwner: SpoolOwner.Fate] = [:]
        // What this process left and does not work on any more is judged by its age, like that of unknown ones.
        for owner in Set(found.compactMap(\.name.owner)) where owner != self.owner {
            fates[owner] = try await fate(owner)
        }
        return found.compactMap { entry in
            let fate = entry.name.owner.flatMap { fates[$0] } ?? .unknown
            let isAbandoned = fate == .ended || (fate == .unknown && entry.status.modifiedAt <= limit)
            guard isAbandoned, !isLiving(entry.text) else { return nil }
            return SpoolLeftover(name: entry.text, path: entry.name.path, isLinked: entry.status.linkCount > 1)
        }
    }

    /// Removes a leftover, unless another process was faster. Blocks. Throws `BlobError`.
    package func remove(_ leftover: SpoolLeftover) throws(BlobError) {
        do {
            try files.remove("\(folder)/\(leftover.name)")
        } catch {
            let failure = BlobError(error, "A temporary file could not be removed.")
            guard failure.code == .notFound else { throw failure }
        }
    }

    private func list() throws(BlobError) -> [(text: String, name: SpoolName, status: FileStatus)] {
        do {
            var entries: [(text: String, name: SpoolName, status: FileStatus)] = []
            for text in try files.names(in: folder) {
                let name = SpoolName(text)
                // One that is gone by now was another recovery's.
                guard name != .foreign, let status = try files.status(of: "\(folder)/\(text)") else { continue }
                entries.append((text, name, status))
            }
            return entries
        } catch {
            throw BlobError(error, "The temporary files could not be listed.")
        }
    }
}

extension Spool {
    /// Fetches a content into a file of this machine's that has no name: it ends with its last reference. For stores whose blobs
    /// have no descriptor. Throws `BlobError`, and what the content throws.
    package func fetch(_ content: BlobContent, on pool: BlockingPool) async throws -> OpenFile {
        let copy = try await pool.run { [self] in try begin() }
        try await content.send(0..<content.byteCount) { piece in try await pool.run { try copy.append(piece) } }
        return try await pool.run {
            let file = try copy.file
            copy.discard()
            return file
        }
    }
}
