package import AgBase
import Synchronization

/// Blobs as files below one folder.
///
/// The order of a write is: bytes, fsync, name, fsync of every folder that changed; then the caller commits its row.
/// A name is given with `link` rather than `rename`: it cannot overwrite, and the spool's own name stays behind until
/// the row is committed, so that a crash in between leaves a note of what to take back.
package struct FolderStore: BlobStore {
    package let root: String
    package let spool: Spool
    let files: any FileOperations
    let pool: BlockingPool
    let time: any TimeSource
    /// Folders that are known to be on the disk for good.
    let knownFolders = KnownFolders()
    let entrance = FolderEntrance()

    /// Creates the folder and its spool when missing. Throws `BlobError`.
    package init(
        root: String, files: any FileOperations = DiskFiles(), pool: BlockingPool, time: any TimeSource = SystemTime(),
        reserve: DiskReserve? = nil, mark: SpoolMark = SpoolMark()
    ) throws(BlobError) {
        let root = RealPath.of(root)
        self.root = root
        self.files = files
        self.pool = pool
        self.time = time
        spool = Spool(folder: "\(root)/tmp", files: files, pool: pool, reserve: reserve, mark: mark)
        do {
            for folder in [root, "\(root)/tmp", "\(root)/images", "\(root)/quarantine"] {
                _ = try files.makeFolder(folder)
            }
            try files.syncFolder(root)
        } catch {
            throw BlobError(error, "The storage folder '\(root)' could not be set up.")
        }
    }

    /// A store that is there already, to be looked at: makes nothing. Throws `BlobError` when there is no such folder.
    package init(
        existing root: String, files: any FileOperations = DiskFiles(), pool: BlockingPool,
        time: any TimeSource = SystemTime()
    ) throws(BlobError) {
        let root = RealPath.of(root)
        self.root = root
        self.files = files
        self.pool = pool
        self.time = time
        spool = Spool(folder: "\(root)/tmp", files: files, pool: pool)
        do {
            _ = try files.names(in: root)
        } catch {
            throw BlobError(error, "The storage folder '\(root)' could not be read.")
        }
    }

    package func checkRoom() throws(BlobError) { try spool.checkRoom() }

    package func begin(_ use: DiskReserve.Use) throws(BlobError) -> SpoolFile { try spool.begin(use) }

    package func open(_ path: BlobPath, byteCount: Int64?, readingUpTo limit: Int64) async throws -> BlobContent {
        try await pool.run { [self] in
            let (file, length) = try openNow(path, byteCount)
            do {
                return try BlobContent.reading(file, byteCount: length, upTo: limit, pool: pool)
            } catch let error as SystemError {
                throw BlobError(error, "The blob \(path) could not be read.")
            } catch let error as ContentMismatch {
                throw BlobError(.changed, "The blob \(path) was cut short. \(error)")
            }
        }
    }

    package func local(_ path: BlobPath, byteCount: Int64?) async throws -> OpenFile {
        try await pool.run { [self] in try openNow(path, byteCount).file }
    }

    private func openNow(_ path: BlobPath, _ expected: Int64?) throws(BlobError) -> (file: OpenFile, length: Int64) {
        let file: OpenFile
        let length: Int64
        do throws(SystemError) {
            file = try files.open(absolute(path))
            length = try file.length()
        } catch {
            throw BlobError(error, "The blob \(path) could not be opened.")
        }
        guard length == expected ?? length else {
            throw BlobError(.changed, "The blob \(path) has \(length) bytes; recorded are \(expected ?? 0).")
        }
        return (file, length)
    }

    package func remove(_ paths: [BlobPath]) async throws {
        try await pool.run { [self] in
            for path in paths { try removeIfThere(path) }
            // Also where nothing was left: the process that removed it may have died before this sync.
            for folder in Set(paths.compactMap(\.folders.last)) { try syncIfThere(folder) }
        }
    }

    package func checkWritable() async throws {
        try await pool.run { [spool] in try spool.checkWritable() }
    }

    func removeIfThere(_ path: BlobPath) throws(BlobError) {
        do {
            try files.remove(absolute(path))
        } catch {
            let failure = BlobError(error, "The blob \(path) could not be removed.")
            guard failure.code == .notFound else { throw failure }
        }
    }

    private func syncIfThere(_ folder: String) throws(BlobError) {
        do {
            try files.syncFolder("\(root)/\(folder)")
        } catch {
            let failure = BlobError(error, "Removals from the folder \(folder) could not be made durable.")
            guard failure.code == .notFound else { throw failure }
        }
    }

    /// Runs file system calls on a thread that may block, and names what could not be done.
    func onDisk<Value: Sendable>(
        _ complaint: String, _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await pool.run {
            do {
                return try body()
            } catch let error as SystemError {
                throw BlobError(error, complaint)
            }
        }
    }

    func absolute(_ path: BlobPath) -> String { "\(root)/\(path.text)" }
}

/// The folders below a root that this process made or saw durable. Shared by copies of the store.
final class KnownFolders: Sendable {
    /// Some eight days of a library that fills every folder. Knowing one less costs one `mkdir` and one `fsync`.
    static let most = 4_096

    private let names = Mutex<Set<String>>([])

    var count: Int { names.withLock(\.count) }

    func contains(_ folder: String) -> Bool { names.withLock { $0.contains(folder) } }

    func insert(_ folder: String) {
        names.withLock { names in
            if names.count >= Self.most { names.removeAll() }
            names.insert(folder)
        }
    }

    func removeAll() { names.withLock { $0.removeAll() } }
}
