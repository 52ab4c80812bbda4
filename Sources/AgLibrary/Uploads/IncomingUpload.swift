package import AgBase
import AgBlobs

/// Bytes of one picture as they arrive: counted against the limit, hashed, and written beside the store.
///
/// Whoever drops it before `Uploads.accept` has stored nothing.
package final class IncomingUpload: Sendable {
    /// What the client called it, for showing only.
    package let filename: String?
    package let limit: Int64
    /// Whether the limit was set for this upload alone.
    private let isOwnLimit: Bool
    let file: SpoolFile

    init(filename: String?, limit: Int64, isOwnLimit: Bool, file: SpoolFile) {
        self.filename = filename
        self.limit = limit
        self.isOwnLimit = isOwnLimit
        self.file = file
    }

    package var byteCount: Int64 { file.byteCount }

    /// Blocks on the disk. Throws `Fault`: 413 `file-too-large`, 507 when the storage is full.
    package func append(_ bytes: UnsafeRawBufferPointer) throws(Fault) {
        guard file.byteCount + Int64(bytes.count) <= limit else {
            throw UploadRefusal.tooLarge(limit: limit, isOwnLimit: isOwnLimit)
        }
        do {
            try file.append(bytes)
        } catch {
            throw error.fault
        }
    }
}
