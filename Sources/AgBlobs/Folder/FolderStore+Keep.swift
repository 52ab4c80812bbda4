import AgBase

extension FolderStore {
    package func keep(_ blobs: [StagedBlob]) async throws {
        try await pool.run { [self] in
            do throws(SystemError) {
                try name(blobs)
            } catch {
                takeBack(blobs)
                throw BlobError(error, "\(blobs.count) files could not be written to the storage.")
            }
        }
    }

    package func settle(_ blobs: [StagedBlob]) {
        for blob in blobs { blob.file.discard() }
    }

    package func withdraw(_ blobs: [StagedBlob]) async {
        try? await pool.run { [self] in takeBack(blobs) }
    }

    private func name(_ blobs: [StagedBlob]) throws(SystemError) {
        for blob in blobs { try files.sync(blob.file.file) }
        for blob in blobs {
            try makeFolders(above: blob.path)
            try blob.file.announce(blob.path)
            try files.link(blob.file.path, as: absolute(blob.path))
            blob.file.isNamed = true
        }
        for folder in Set(blobs.compactMap(\.path.folders.last)) { try files.syncFolder("\(root)/\(folder)") }
    }

    /// Makes the folders above a blob, each one durable in its parent before anything is put into it.
    private func makeFolders(above path: BlobPath) throws(SystemError) {
        var parent = root
        for folder in path.folders {
            let absolute = "\(root)/\(folder)"
            if !knownFolders.contains(folder) {
                _ = try files.makeFolder(absolute)
                // Also when it existed: whoever made it may have died before this sync.
                try files.syncFolder(parent)
                knownFolders.insert(folder)
            }
            parent = absolute
        }
    }

    /// Removes the names that were given. Where that fails, the note in the spool stays and `recover` does it later.
    private func takeBack(_ blobs: [StagedBlob]) {
        for blob in blobs {
            do {
                if blob.file.isNamed { try files.remove(absolute(blob.path)) }
                blob.file.isNamed = false
                blob.file.dropNote()
            } catch {
                continue
            }
        }
    }
}
