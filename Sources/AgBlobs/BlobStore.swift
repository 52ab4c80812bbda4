package import AgBase
package import AgCrypto
import Synchronization

/// Keeps finished bytes under names that never change and are never used twice: in a folder (`FolderStore`), or on another
/// machine that knows no rename, no link and no descriptor.
///
/// Callers make a fresh name for every blob. So a name that no row refers to after its rows were committed will never be
/// referred to again, and removing or quarantining it needs no lock. See docs/decisions/0014-names-are-used-once.md.
///
/// Asynchronous methods do not block the caller's thread: file calls run on the store's own threads.
/// All but `keep` may be repeated after an error: what is done already is not done twice.
package protocol BlobStore: Sendable {
    // MARK: Processes that share a place

    /// Joins the processes that work on this place, and waits while another one has it alone. Returns whether no other one works
    /// there: then, until `admitOthers`, whatever lies unfinished in it is abandoned. Throws `BlobError`.
    ///
    /// - Important: it asks the place itself, which on a network mount may not know of other machines. Where a database says which
    ///   processes live, ask that instead.
    func enter() async throws -> Bool

    /// Lets other processes join.
    func admitOthers() async throws

    /// Leaves the place, before the process ends.
    func leave() async

    /// The installation that this place belongs to; `nil` when none has marked it. Throws `BlobError`, `.changed` when the mark
    /// cannot be read.
    func installation() async throws -> InstallationID?

    /// Marks the place, durably, as belonging to an installation. Throws `BlobError`, `.exists` when it is marked already.
    func mark(_ installation: InstallationID) async throws

    // MARK: Bytes on their way in

    /// Throws `BlobError` with `.full` when there is no room for anything new. Blocks for a moment.
    func checkRoom() throws(BlobError)

    /// Opens a place for bytes that have no name yet. Blocks. Throws `BlobError`.
    func begin(_ use: DiskReserve.Use) throws(BlobError) -> SpoolFile

    /// Copies a file's bytes to where `begin` collects them. Throws `BlobError`.
    func stage(_ source: OpenFile, byteCount: Int64) async throws -> SpoolFile

    /// Gives staged bytes their names. When it returns, bytes and names survive a power cut.
    ///
    /// Then the caller commits its rows and calls `settle`, or `withdraw` when that failed. A crash before either
    /// leaves enough behind for `recover` to decide.
    /// Throws `BlobError`; then none of the names is left. `.exists` when a name is taken.
    func keep(_ blobs: [StagedBlob]) async throws

    /// The rows that refer to these blobs are committed.
    func settle(_ blobs: [StagedBlob]) async

    /// Removes the names again, because no row will refer to them.
    func withdraw(_ blobs: [StagedBlob]) async

    /// Removes the temporary names of files that were not kept, or that are settled.
    func discard(_ files: [SpoolFile]) async

    // MARK: Reading

    /// Opens a blob for reading. Throws `BlobError`: `.notFound` when there is none, `.changed` when it has another length.
    ///
    /// - Parameters:
    ///   - byteCount: the recorded length; `nil` accepts any.
    ///   - limit: a blob up to this length is read at once and comes in memory.
    func open(_ path: BlobPath, byteCount: Int64?, readingUpTo limit: Int64) async throws -> BlobContent

    /// The blob's plain bytes as a file of this machine's, from its begin to its end: for codecs, which read by descriptor. It may
    /// be a copy that ends with the last reference. Throws as `open` does.
    func local(_ path: BlobPath, byteCount: Int64?) async throws -> OpenFile

    /// Reads a blob to its end and compares length and hash with what was recorded. Throws `BlobError`, `.notFound` when there is
    /// none, and `CancellationError`.
    func check(_ path: BlobPath, _ recorded: BlobDigest) async throws -> BlobCheck

    // MARK: What is there

    /// Removes blobs, durably: no power cut brings them back. One that is gone already is no error.
    func remove(_ paths: [BlobPath]) async throws

    /// Moves a blob aside, where it is kept for a person to look at and is not served.
    func quarantine(_ path: BlobPath) async throws

    /// The names that were kept and are neither settled nor withdrawn: their rows may be committed at any moment. One
    /// that is missing here and has no row will never have one. A withdrawn one may be among them until its file is discarded.
    func pending() async throws -> Set<BlobPath>

    /// Names, lengths and ages of all blobs, page by page.
    func walk(_ visit: @Sendable (BlobListing) async throws -> Void) async throws

    /// Removes what processes that have ended left: staged bytes, and names whose rows were never committed. What this process
    /// works on is skipped.
    ///
    /// - Parameters:
    ///   - age: what is older is abandoned where it is not known whether its process runs.
    ///   - fate: asked once for each process that left something, after the listing; see `SpoolOwner.Fate`.
    ///   - isReferenced: whether a row refers to a path.
    /// - Returns: how many files were removed.
    func recover(
        olderThan age: Duration, fate: @Sendable (SpoolOwner) async throws -> SpoolOwner.Fate,
        isReferenced: @Sendable (BlobPath) async throws -> Bool
    ) async throws -> Int

    /// Writes and removes a small file, to know that the store works. Throws `BlobError`.
    func checkWritable() async throws
}

extension BlobStore {
    /// Hashes what `open` gives.
    @concurrent package func check(_ path: BlobPath, _ recorded: BlobDigest) async throws -> BlobCheck {
        let content = try await open(path, byteCount: nil, readingUpTo: 0)
        let hasher = ContentHasher()
        do {
            try await content.send(0..<content.byteCount) { hasher.update($0) }
        } catch let error as ContentMismatch {
            throw BlobError(.changed, "The blob \(path) changed while it was read. \(error)")
        } catch let error as SystemError {
            throw BlobError(error, "The blob \(path) could not be read.")
        }
        let found = BlobDigest(byteCount: content.byteCount, sha256: hasher.finish())
        return found == recorded ? .whole : .changed(found)
    }

    /// Opens a blob of any length without reading it.
    package func open(_ path: BlobPath) async throws -> BlobContent {
        try await open(path, byteCount: nil, readingUpTo: 0)
    }
}

/// A hasher that the pieces of a content reach one after the other.
private final class ContentHasher: Sendable {
    private let hasher = Mutex<SHA256Hasher?>(SHA256Hasher())

    func update(_ bytes: [UInt8]) { hasher.withLock { $0?.update(bytes) } }

    func finish() -> SHA256Digest {
        hasher.withLock { hasher in
            guard let last = hasher.take() else { preconditionFailure("A content is hashed once.") }
            return last.finish()
        }
    }
}

/// Bytes and the name they are to get.
package struct StagedBlob: Sendable {
    package let file: SpoolFile
    package let path: BlobPath

    package init(file: SpoolFile, path: BlobPath) {
        self.file = file
        self.path = path
    }
}

/// What a row records of a blob's plain bytes.
package struct BlobDigest: Sendable, Hashable {
    package let byteCount: Int64
    package let sha256: SHA256Digest

    package init(byteCount: Int64, sha256: SHA256Digest) {
        self.byteCount = byteCount
        self.sha256 = sha256
    }
}

/// What came of reading a blob to its end.
package enum BlobCheck: Sendable, Hashable {
    case whole
    /// It has other bytes than those recorded.
    case changed(BlobDigest)
}

/// One blob as a walk sees it.
package struct BlobListing: Sendable, Hashable {
    package let path: BlobPath
    /// Of what lies there, which may be more than the plain bytes.
    package let byteCount: Int64
    package let modifiedAt: Timestamp

    package init(path: BlobPath, byteCount: Int64, modifiedAt: Timestamp) {
        self.path = path
        self.byteCount = byteCount
        self.modifiedAt = modifiedAt
    }
}
