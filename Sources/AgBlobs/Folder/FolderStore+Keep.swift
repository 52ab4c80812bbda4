package import AgBase
import Glibc

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

    package func stage(_ source: OpenFile, byteCount: Int64) async throws -> SpoolFile {
        try await onDisk("A made picture could not be read.") { [spool] in
            try spool.copy(source, byteCount: byteCount)
        }
    }

    package func settle(_ blobs: [StagedBlob]) async {
        if blobs.isEmpty { return }
        try? await pool.run { for blob in blobs { blob.file.discard() } }
    }

    package func withdraw(_ blobs: [StagedBlob]) async {
        if blobs.isEmpty { return }
        try? await pool.run { [self] in takeBack(blobs) }
    }

    package func discard(_ files: [SpoolFile]) async {
        let left = files.filter { !$0.isDiscarded }
        if left.isEmpty { return }
        try? await pool.run { for file in left { file.discardUnlessNoted() } }
    }

    private func name(_ blobs: [StagedBlob]) throws(SystemError) {
        for blob in blobs { try files.sync(try blob.file.file) }
        for blob in blobs {
            try makeFolders(above: blob.path)
            try blob.file.announce(blob.path)
            try link(blob)
            blob.file.isNamed = true
        }
        for folder in Set(blobs.compactMap(\.path.folders.last)) { try files.syncFolder("\(root)/\(folder)") }
    }

    private func link(_ blob: StagedBlob) throws(SystemError) {
        do throws(SystemError) {
            try files.link(blob.file.path, as: absolute(blob.path))
        } catch  where error.errno == ENOENT {
            // The storage was emptied since its folders were made.
            knownFolders.removeAll()
            try makeFolders(above: blob.path)
            try files.link(blob.file.path, as: absolute(blob.path))
        }
    }

    /// Makes the folders above a blob, each one durable in its parent before anything is put into it.
    private func makeFolders(above path: BlobPath) throws(SystemError) {
        var parent = root
        for folder in path.folders {
            let absolute = "\(root)/\(folder)"
            if !knownFolders.contains(folder) {
                _ = try files.makeFolder(absolute)
                // Also when it existed: its maker may have died before this sync.
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
