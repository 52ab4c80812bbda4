import AgBase
import AgBlobs
import AgCrypto
import AgModel
import AgSQL

/// A row's word about a file.
struct FileReference: Sendable {
    enum Owner: Sendable {
        case original
        case variant
    }

    let owner: Owner
    let originalID: OriginalID
    let path: BlobPath
    let byteCount: Int64
    let sha256: SHA256Digest
    let isLost: Bool

    var recorded: BlobDigest { BlobDigest(byteCount: byteCount, sha256: sha256) }
}

extension FileReference {
    /// The references of one table behind a path, so many at most, in the order of their paths.
    typealias Source = @Sendable (_ path: String, _ limit: Int, any SQLConnection) throws -> [FileReference]
}
