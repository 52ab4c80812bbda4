import AgBase

extension FolderStore {
    package func recover(
        olderThan age: Duration, isReferenced: @Sendable (BlobPath) async throws -> Bool
    ) async throws -> Int {
        let limit = time.now() - age
        var removed = 0
        for name in try await onDisk("The temporary files could not be listed.", { try files.names(in: spool.folder) })
        {
            guard try await isStale(name, before: limit) else { continue }
            if case .kept(let path) = SpoolName(name), try await !isReferenced(path) {
                try await takeBack(path, noted: name)
                removed += 1
            }
            try await onDisk("A temporary file could not be removed.") { try files.remove("\(spool.folder)/\(name)") }
            removed += 1
        }
        return removed
    }

    /// Files that are not ours, that a living writer owns or that are too young are let be.
    private func isStale(_ name: String, before limit: Timestamp) async throws -> Bool {
        guard SpoolName(name) != .foreign, !spool.isLiving(name) else { return false }
        let status = try await status(of: name)
        return status.map { $0.modifiedAt <= limit } ?? false
    }

    /// Removes a name whose row was never committed. A note with one link never got its name: what lies at the path
    /// then is another attempt's.
    private func takeBack(_ path: BlobPath, noted name: String) async throws {
        guard let note = try await status(of: name), note.linkCount > 1 else { return }
        try await remove([path])
    }

    private func status(of name: String) async throws -> FileStatus? {
        try await onDisk("A temporary file could not be looked at.") { try files.status(of: "\(spool.folder)/\(name)") }
    }
}
