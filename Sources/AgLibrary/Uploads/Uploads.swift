package import AgBase
package import AgBlobs
import AgCrypto
import AgImaging
import AgJobs
import AgModel
import AgSQL

/// Takes pictures in: bytes beside the store, a check of their content in a codec child, then bytes, names and rows
/// in an order that a power cut cannot break.
package struct Uploads: Sendable {
    let database: any Database
    private(set) var blobs: any BlobStore
    let codecs: Codecs
    let queue: JobQueue
    let events: EventLog
    let nodes: Nodes?
    let time: any TimeSource
    let images: Images
    let grants: UploadGrants
    /// In bytes, per file.
    package let limit: Int64
    let seats: UploadSeats

    /// A place for one call that uploads, however many files it brings; free again when the last reference goes. Throws
    /// `Fault` 503 `uploads-busy` when this caller has as many as it may.
    package func seat(for caller: Caller) throws(Fault) -> Seat { try seats.take(caller) }

    /// The same in front of another store: tests hold it still.
    package func keeping(in store: any BlobStore) -> Uploads {
        var uploads = self
        uploads.blobs = store
        return uploads
    }

    /// Opens a place for the bytes of one file. Throws `Fault`: 507 when the reserve of the disk is
    /// touched, 503 when the storage does not work.
    ///
    /// - Parameter caller: whose it is, for sharing what uploads wait for.
    package func begin(filename: String?, limit: Int64? = nil, for caller: Caller) throws(Fault) -> IncomingUpload {
        do {
            try blobs.checkRoom()
            let file = try blobs.begin(.new)
            let own = limit.map { $0 < self.limit } ?? false
            return IncomingUpload(
                filename: filename.flatMap { $0.isEmpty ? nil : $0 }, limit: min(limit ?? self.limit, self.limit),
                isOwnLimit: own, caller: caller, file: file)
        } catch {
            throw error.fault
        }
    }

    /// Judges the bytes by what they are; the client's type and file name are not asked.
    ///
    /// Throws `Fault` 422 with a code per reason; `allowDamaged` takes pictures that end too early, and flags them.
    package func accept(_ incoming: IncomingUpload, allowDamaged: Bool = false) async throws -> AcceptedUpload {
        guard incoming.byteCount > 0 else { throw UploadRefusal.empty }
        let digest = incoming.file.finish()
        do {
            let probe = try await codecs.probe(
                try incoming.reopened(), allowDamaged: allowDamaged, for: incoming.caller)
            return AcceptedUpload(
                filename: incoming.filename, sha256: digest, probe: probe, byteCount: incoming.byteCount,
                allowsDamage: allowDamaged, caller: incoming.caller, file: incoming.file)
        } catch let error as CodecError {
            throw UploadRefusal.notAcceptable(error)
        }
    }
}
