import AgBase
package import AgBlobs
package import AgCrypto
package import AgModel
package import AgSQL

/// A row's word about a file.
package struct FileReference: Sendable {
    /// What the file is of, which decides how a repair mends it.
    package enum Owner: Sendable {
        case original(OriginalID)
        case variant(of: OriginalID)
        /// Of a subject whose files `verify` reads and reports, and leaves as they are.
        case subject
    }

    /// The references of one table behind a path, so many at most, in the order of their paths.
    package typealias Source =
        @Sendable (_ path: String, _ limit: Int, any SQLConnection) throws -> [FileReference]

    let owner: Owner
    let path: BlobPath
    let byteCount: Int64
    let sha256: SHA256Digest
    let isLost: Bool

    package init(_ owner: Owner, _ path: BlobPath, byteCount: Int64, sha256: SHA256Digest, isLost: Bool = false) {
        self.owner = owner
        self.path = path
        self.byteCount = byteCount
        self.sha256 = sha256
        self.isLost = isLost
    }

    var recorded: BlobDigest { BlobDigest(byteCount: byteCount, sha256: sha256) }
}
