package import AgBase

/// Keeps finished bytes under names that never change. The folder driver is one; an S3 driver can be another.
package protocol BlobStore: Sendable {
    /// Where bytes are collected before they get a name here.
    var spool: Spool { get }

    /// Gives staged bytes their names. When it returns, bytes and names survive a power cut.
    ///
    /// Whoever keeps then commits its rows and says `settle`, or `withdraw` when that failed. A crash before either
    /// leaves enough behind for `recover` to decide.
    /// Throws `BlobError`; then none of the names is left.
    func keep(_ blobs: [StagedBlob]) async throws

    /// Says that the rows that refer to these blobs are committed.
    func settle(_ blobs: [StagedBlob])

    /// Takes the names back, because no row will refer to them.
    func withdraw(_ blobs: [StagedBlob]) async

    /// Opens a blob for reading. Throws `BlobError` with `.notFound` when there is none.
    func open(_ path: BlobPath) async throws -> OpenFile

    /// Removes blobs, for good when it returns: no power cut brings them back. One that is gone already is no error.
    func remove(_ paths: [BlobPath]) async throws

    /// Moves a blob aside, where it is kept for a person to look at and serves nobody.
    func quarantine(_ path: BlobPath) async throws

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
