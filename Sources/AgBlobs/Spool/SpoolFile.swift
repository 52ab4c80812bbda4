package import AgBase
package import AgCrypto
import Synchronization

/// Bytes on their way into the store, hashed while they are written.
///
/// One task writes it. Unless it is being kept, it is removed from the disk soon after the last reference goes, however the
/// upload ended. Once kept, its name in the spool is a note for `recover`, until the store settles or withdraws it.
package final class SpoolFile: Sendable {
    private struct State: ~Copyable {
        var name: String
        /// Open while bytes are written; afterwards it is opened for each use, so that what waits holds no descriptor.
        var file: OpenFile?
        var byteCount: Int64 = 0
        var hasher: SHA256Hasher? = SHA256Hasher()
        var digest: SHA256Digest?
        /// Whether the name is a note that must outlive this object.
        var isNote = false
        /// Whether the bytes have been given their name in the store.
        var isNamed = false
        var isDiscarded = false
    }

    private let id: String
    /// Whose it is: a transaction that refers to it may have to make sure that its owner has not ended.
    package let owner: SpoolOwner
    private let spool: Spool
    private let claim: DiskClaim?
    private let state: Mutex<State>

    init(id: String, owner: SpoolOwner, file: OpenFile, spool: Spool, claim: DiskClaim?) {
        self.claim = claim
        self.id = id
        self.owner = owner
        self.spool = spool
        state = Mutex(State(name: SpoolName.part(id, owner), file: file))
    }

    deinit {
        let (name, isNote, open) = state.withLock { ($0.name, $0.isNote, $0.file.take()) }
        if isNote || !beginDiscarding() { spool.ended(name) } else { spool.removeSoon(name, open) }
    }

    /// Removes the spool's own name, unless it tells of a name in the store that is not settled. Blocks.
    package func discardUnlessNoted() {
        if !state.withLock({ $0.isNote }) { discard() }
    }

    /// Removes the spool's own name now; what has been kept under another name stays. It cannot be kept any more. Blocks.
    package func discard() {
        if beginDiscarding() { spool.remove(state.withLock { $0.name }) }
    }

    /// False when it was discarded before.
    private func beginDiscarding() -> Bool {
        let isFirst = state.withLock { state in
            defer { state.isDiscarded = true }
            return !state.isDiscarded
        }
        if isFirst { claim?.end() }
        return isFirst
    }

    /// Whether the spool's own name is gone, or is about to be.
    var isDiscarded: Bool { state.withLock { $0.isDiscarded } }

    /// For reading back what was written, and for syncing it.
    package var file: OpenFile {
        get throws(SystemError) {
            if let open = state.withLock({ $0.file }) { return open }
            return try spool.files.open(path)
        }
    }

    package var byteCount: Int64 { state.withLock { $0.byteCount } }
    package var path: String { state.withLock { "\(spool.folder)/\($0.name)" } }

    /// Writes and hashes more bytes. Blocks. Throws `BlobError`; the file is then of no further use.
    package func append(_ bytes: UnsafeRawBufferPointer) throws(BlobError) {
        try claim?.cover(byteCount + Int64(bytes.count))
        do {
            try spool.files.writeAll(bytes, to: try file)
        } catch {
            throw BlobError(error, "\(bytes.count) bytes could not be written to a temporary file.")
        }
        claim?.wrote(Int64(bytes.count))
        state.withLock { state in
            state.hasher?.update(bytes)
            state.byteCount += Int64(bytes.count)
        }
    }

    package func append(_ bytes: [UInt8]) throws(BlobError) {
        let result: Result<Void, BlobError> = bytes.withUnsafeBytes { raw in
            do throws(BlobError) {
                return .success(try append(raw))
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    /// Ends the writing, and closes the file. The SHA-256 of all that was written; asking again gives the same.
    package func finish() -> SHA256Digest {
        claim?.end()
        return state.withLock { state in
            if let digest = state.digest { return digest }
            guard let hasher = state.hasher.take() else {
                preconditionFailure("A spool file without a digest still has its hasher.")
            }
            let digest = hasher.finish()
            state.digest = digest
            state.file = nil
            return digest
        }
    }

    /// Renames the file so that its name tells where it is being kept to.
    func announce(_ path: BlobPath) throws(SystemError) {
        let name = state.withLock { $0.name }
        let intent = SpoolName.intent(for: path, id, owner)
        try spool.files.rename("\(spool.folder)/\(name)", to: "\(spool.folder)/\(intent)")
        state.withLock { state in
            state.name = intent
            state.isNote = true
        }
        spool.renamed(name, to: intent)
    }

    var isNamed: Bool {
        get { state.withLock { $0.isNamed } }
        set { state.withLock { $0.isNamed = newValue } }
    }

    /// The note has served: the name goes with the last reference.
    func dropNote() {
        state.withLock { $0.isNote = false }
    }
}
