package import AgBase

/// Keeps finished bytes under names that never change and are never used twice. The folder driver is one; an S3 driver
/// can be another.
///
/// Callers make a fresh name for every blob. So a name that no row refers to after its rows were committed will never be
/// referred to again, and removing or quarantining it needs no lock. See docs/decisions/0014-names-are-used-once.md.
///
/// No method blocks the caller's thread: file calls run on the store's own threads.
package protocol BlobStore: Sendable {
    /// Where bytes are collected before they get a name here.
    var spool: Spool { get }

    /// Copies a file's bytes into the spool. Throws `BlobError`.
    func stage(_ source: OpenFile, byteCount: Int64) async throws -> SpoolFile

    /// Gives staged bytes their names. When it returns, bytes and names survive a power cut.
    ///
    /// Whoever keeps then commits its rows and says `settle`, or `withdraw` when that failed. A crash before either
    /// leaves enough behind for `recover` to decide.
    /// Throws `BlobError`; then none of the names is left.
    func keep(_ blobs: [StagedBlob]) async throws

    /// Says that the rows that refer to these blobs are committed.
    func settle(_ blobs: [StagedBlob]) async

    /// Takes the names back, because no row will refer to them.
    func withdraw(_ blobs: [StagedBlob]) async

    /// Removes the temporary names of files that were not kept, or that are settled.
    func discard(_ files: [SpoolFile]) async

    /// Opens a blob for reading and runs `body`, which may block, on the store's threads. Throws what `body` throws, and
    /// `BlobError` with `.notFound` when there is none.
    func open<Value: Sendable>(
        _ path: BlobPath, _ body: @escaping @Sendable (OpenFile) throws -> Value
    ) async throws -> Value

    /// Removes blobs, for good when it returns: no power cut brings them back. One that is gone already is no error.
    func remove(_ paths: [BlobPath]) async throws

    /// Moves a blob aside, where it is kept for a person to look at and serves nobody.
    func quarantine(_ path: BlobPath) async throws

    /// The names that were kept and are neither settled nor withdrawn: their rows may be committed at any moment. One
    /// that is missing here and has no row will never have one.
    func pending() async throws -> Set<BlobPath>

    /// Names, lengths and ages of all blobs, folder by folder.
    func walk(_ visit: @Sendable (BlobListing) async throws -> Void) async throws

    /// Takes back what a crashed process left: staged bytes, and names whose rows were never committed.
    ///
    /// - Parameter olderThan: younger ones may belong to a living process and are let be.
    /// - Parameter isReferenced: whether a row refers to a path.
    /// - Returns: how many files were removed.
    func recover(olderThan: Duration, isReferenced: @Sendable (BlobPath) async throws -> Bool) async throws -> Int

    /// Writes and removes a small file, to know that the store works. Throws `BlobError`.
    func checkWritable() async throws
}

extension BlobStore {
    /// Opens a blob for reading. Throws `BlobError` with `.notFound` when there is none.
    package func open(_ path: BlobPath) async throws -> OpenFile {
        try await open(path) { $0 }
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

/// One blob as a walk sees it.
package struct BlobListing: Sendable, Hashable {
    package let path: BlobPath
    package let byteCount: Int64
    package let modifiedAt: Timestamp

    package init(path: BlobPath, byteCount: Int64, modifiedAt: Timestamp) {
        self.path = path
        self.byteCount = byteCount
        self.modifiedAt = modifiedAt
    }
}
