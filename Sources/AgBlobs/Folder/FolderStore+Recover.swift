import AgBase

extension FolderStore {
    package func recover(
        olderThan age: Duration, fate: @Sendable (SpoolOwner) async throws -> SpoolOwner.Fate,
        isReferenced: @Sendable (BlobPath) async throws -> Bool
    ) async throws -> Int {
        var removed = 0
        for leftover in try await spool.leftovers(before: time.now() - age, fate: fate, on: pool) {
            if let path = leftover.path, try await !isReferenced(path) {
                // A note with one link never got its name: what lies at the path then is another attempt's.
                if leftover.isLinked { try await remove([path]) }
                removed += 1
            }
            try await pool.run { [spool] in try spool.remove(leftover) }
            removed += 1
        }
        return removed
    }
}
