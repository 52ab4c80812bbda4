package import AgBase
import AgBlobs
package import AgCrypto

/// Bytes of one picture as they arrive: counted against the limit, hashed, and written beside the store.
///
/// Dropping it before `Uploads.accept` stores nothing.
package final class IncomingUpload: Sendable {
    /// What the client called it, for showing only.
    package let filename: String?
    package let limit: Int64
    /// Whether the limit was set for this upload alone.
    private let isOwnLimit: Bool
    let caller: Caller
    let file: SpoolFile

    init(filename: String?, limit: Int64, isOwnLimit: Bool, caller: Caller, file: SpoolFile) {
        self.caller = caller
        self.filename = filename
        self.limit = limit
        self.isOwnLimit = isOwnLimit
        self.file = file
    }

    package var byteCount: Int64 { file.byteCount }

    /// Of the bytes; all of them must be there.
    package var sha256: SHA256Digest { file.finish() }

    /// Says that all bytes are there: while it waits for the rest of its form, it holds no open file.
    package func finish() {
        _ = file.finish()
    }

    /// The bytes, for reading. Throws `Fault` 503.
    func reopened() throws(Fault) -> OpenFile {
        do {
            return try file.file
        } catch {
            throw BlobError(error, "A temporary file could not be opened.").fault
        }
    }

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
