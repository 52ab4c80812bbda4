package import AgBase
import Synchronization

/// The folder of bytes that have no name yet: uploads on their way in, variants on their way out of a codec.
///
/// A file lies here as `<id>.<owner>.part` until it is kept; then its name says where it was kept to, until the row that
/// refers to it is committed. Both kinds are what `recover` cleans up after a crash; the owner says whose they are, for several
/// processes may share the folder. See docs/formats/blobs.md.
package final class Spool: Sendable {
    package let folder: String
    package let files: any FileOperations
    private let mark: SpoolMark
    /// Counts what is written here; `nil` counts nothing.
    private let reserve: DiskReserve?
    private let pool: BlockingPool
    /// Names that a living `SpoolFile` of this process owns.
    private let living = Mutex<Set<String>>([])
    private let removals = Mutex(0)

    package init(
        folder: String, files: any FileOperations, pool: BlockingPool, reserve: DiskReserve? = nil,
        mark: SpoolMark = SpoolMark()
    ) {
        self.folder = folder
        self.pool = pool
        self.files = files
        self.mark = mark
        self.reserve = reserve
    }

    /// Opens a new, empty file. Throws `BlobError`.
    package func begin(_ use: DiskReserve.Use = .accepted) throws(BlobError) -> SpoolFile {
        let id = UUIDv7.shared.next()
        let owner = mark.current
        let name = SpoolName.part(id, owner)
        living.withLock { _ = $0.insert(name) }
        do {
            let file = try files.create("\(folder)/\(name)")
            return SpoolFile(id: id, owner: owner, file: file, spool: self, claim: reserve?.claim(in: folder, use))
        } catch {
            living.withLock { _ = $0.remove(name) }
            throw BlobError(error, "A temporary file could not be created.")
        }
    }

    /// The mark of files that are begun now.
    package var owner: SpoolOwner { mark.current }

    /// Throws `BlobError` with `.full` when the reserve of a disk is touched. Blocks for a moment.
    package func checkRoom() throws(BlobError) { try reserve?.check() }

    /// Writes and removes a small file. Blocks. Throws `BlobError`.
    package func checkWritable() throws(BlobError) {
        let file = try begin()
        defer { file.discard() }
        try file.append([1])
    }

    /// Copies the first bytes of an open file. Blocks. Throws `BlobError`.
    package func copy(_ source: OpenFile, byteCount: Int64) throws -> SpoolFile {
        let file = try begin()
        while file.byteCount < byteCount {
            let step = min(byteCount - file.byteCount, 1 << 20)
            let bytes = try source.read(at: file.byteCount, count: Int(step))
            guard !bytes.isEmpty else { throw BlobError(.io, "A made picture is shorter than its codec said.") }
            try file.append(bytes)
        }
        // Closed: a job stages seven at a time.
        _ = file.finish()
        return file
    }

    /// Files that are about to be removed.
    package var pendingRemovals: Int { removals.withLock { $0 } }

    /// Removes a file on the pool's threads: the last reference to an upload may go on an event loop, which no disk may
    /// hold up. So does the last one to the open file, whose bytes are freed when that is closed.
    func removeSoon(_ name: String, _ open: OpenFile?) {
        removals.withLock { $0 += 1 }
        pool.submit { [self] in
            withExtendedLifetime(open) { remove(name) }
            removals.withLock { $0 -= 1 }
        }
    }

    func remove(_ name: String) {
        // What cannot be removed now is removed by the next recovery.
        try? files.remove("\(folder)/\(name)")
        ended(name)
    }

    func isLiving(_ name: String) -> Bool {
        living.withLock { $0.contains(name) }
    }

    func renamed(_ name: String, to other: String) {
        living.withLock { names in
            names.remove(name)
            names.insert(other)
        }
    }

    func ended(_ name: String) {
        living.withLock { _ = $0.remove(name) }
    }
}
