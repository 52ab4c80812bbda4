import AgBase
import AgBlobs
import AgModel

extension RenderCache {
    /// Counts what lies in the folder from before, and removes what a dead process did not finish. A request that comes
    /// before the walk is done finds its file all the same.
    func takeStock() async {
        do {
            let folders = try await pool.run { [self] in try clearedNames() }
            var found: [CacheIndex.Found] = []
            for name in folders.sorted() where !Task.isCancelled {
                found += try await pool.run { [self] in try files(in: name) }
            }
            try await pool.run { [self, found] in add(found) }
        } catch let error as SystemError where BlobError(error, "Nothing was ever kept.").code == .notFound {
            return
        } catch {
            log.warning("the kept renders could not be counted", ["error": "\(error)"])
        }
    }

    /// Removes the renders of originals that are gone: another process deleted them, or we died in between.
    func forgetStrangers(_ isThere: ([OriginalID]) async throws -> Set<OriginalID>) async throws {
        var rest = originals[...]
        while !rest.isEmpty, !Task.isCancelled {
            let some = Array(rest.prefix(256))
            rest = rest.dropFirst(some.count)
            let there = try await isThere(some)
            for original in some where !there.contains(original) { await forget(original) }
        }
    }

    private func clearedNames() throws -> [String] {
        let names = try files.names(in: folder)
        let limit = time.now() - Recovery.abandonedAge
        for name in names where name.hasSuffix(".part") && !name.hasPrefix(mark) {
            // A young one may be that of another server in this folder.
            guard let status = try? files.status(of: "\(folder)/\(name)"), status.modifiedAt <= limit else { continue }
            try? files.remove("\(folder)/\(name)")
        }
        return names.filter { $0.utf8.count == 2 }
    }

    /// Files with another shape of name are not ours and are skipped.
    private func files(in name: String) throws -> [CacheIndex.Found] {
        try files.names(in: "\(folder)/\(name)").compactMap { text in
            guard let render = RenderName(text), render.folder == name,
                let status = try files.status(of: "\(folder)/\(render.path)"), !status.isFolder
            else { return nil }
            return CacheIndex.Found(
                name: render.path, group: render.original.text, bytes: status.byteCount, usedAt: status.modifiedAt)
        }
    }
}
