import AgBase
import Synchronization

/// The folder of bytes that have no name yet: uploads on their way in, variants on their way out of a codec.
///
/// A file lives here as `<id>.part` until it is kept; then its name says where it was kept to, until the row that
/// refers to it is committed. Both kinds are what `recover` cleans up after a crash. See docs/formats/blobs.md.
package final class Spool: Sendable {
    package let folder: String
    package let files: any FileOperations
    /// Counts what is written here; `nil` counts nothing.
    private let reserve: DiskReserve?
    /// Names that a living `SpoolFile` of this process owns.
    private let living = Mutex<Set<String>>([])

    package init(folder: String, files: any FileOperations, reserve: DiskReserve? = nil) {
        self.folder = folder
        self.files = files
        self.reserve = reserve
    }

    /// Opens a new, empty file. Throws `BlobError`.
    package func begin(_ use: DiskReserve.Use = .accepted) throws(BlobError) -> SpoolFile {
        let id = UUIDv7.shared.next()
        let name = SpoolName.part(id)
        living.withLock { _ = $0.insert(name) }
        do {
            let file = try files.create("\(folder)/\(name)")
            return SpoolFile(id: id, file: file, spool: self, claim: reserve?.claim(in: folder, use))
        } catch {
            living.withLock { _ = $0.remove(name) }
            throw BlobError(error, "A temporary file could not be created.")
        }
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
