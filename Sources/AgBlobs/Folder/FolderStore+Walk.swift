import AgBase

extension FolderStore {
    package func walk(_ visit: @Sendable (BlobListing) async throws -> Void) async throws {
        var folders = ["images"]
        while let folder = folders.popLast() {
            let (below, blobs) = try await onDisk("The folder \(folder) could not be listed.") { try list(folder) }
            // Sorted and taken from the end: oldest days first, as the tree is dated.
            folders += below.sorted(by: >)
            for blob in blobs { try await visit(blob) }
        }
    }

    package func quarantine(_ path: BlobPath) async throws {
        let name = "\(time.now().milliseconds)~" + path.text.split(separator: "/").joined(separator: "~")
        try await onDisk("The blob \(path) could not be moved to the quarantine.") {
            try files.rename(absolute(path), to: "\(root)/quarantine/\(name)")
            try files.syncFolder("\(root)/quarantine")
            if let folder = path.folders.last { try files.syncFolder("\(root)/\(folder)") }
        }
    }

    package func pending() async throws -> Set<BlobPath> {
        let names = try await onDisk("The temporary files could not be listed.") {
            // None yet where a storage is only looked at.
            try files.status(of: spool.folder) == nil ? [] : try files.names(in: spool.folder)
        }
        return Set(names.compactMap { SpoolName($0).path })
    }

    private func list(_ folder: String) throws -> (folders: [String], blobs: [BlobListing]) {
        var folders: [String] = []
        var blobs: [BlobListing] = []
        // Nothing is made before the first picture comes, and a folder may go while others work here.
        guard try files.status(of: "\(root)/\(folder)") != nil else { return ([], []) }
        for name in try files.names(in: "\(root)/\(folder)").sorted() {
            guard let path = BlobPath(untrusted: "\(folder)/\(name)"),
                let status = try files.status(of: absolute(path))
            else { continue }
            if status.isFolder {
                folders.append(path.text)
            } else {
                blobs.append(BlobListing(path: path, byteCount: status.byteCount, modifiedAt: status.modifiedAt))
            }
        }
        return (folders, blobs)
    }
}
