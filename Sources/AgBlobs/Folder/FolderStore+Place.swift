import AgBase
import Glibc
import Synchronization

/// The folder as a place that several processes and only one installation work on.
extension FolderStore {
    private var markPath: String { "\(root)/\(InstallationMark.fileName)" }

    package func enter() async throws -> Bool {
        do {
            let claim = try await FolderClaim.make(in: root)
            entrance.keep(claim)
            return claim.isAlone
        } catch let error as SystemError {
            throw BlobError(error, "The storage folder '\(root)' could not be locked.")
        }
    }

    package func admitOthers() async throws {
        do {
            try await entrance.claim?.share()
        } catch let error as SystemError {
            throw BlobError(error, "The storage folder '\(root)' could not be shared.")
        }
    }

    package func leave() async { entrance.leave() }

    package func installation() async throws -> InstallationID? {
        try await onDisk("The mark of the installation could not be read.") { try readMark() }
    }

    package func mark(_ installation: InstallationID) async throws {
        try await onDisk("The mark of the installation could not be written.") {
            let draft = try spool.begin()
            defer { draft.discard() }
            try draft.append(Array(InstallationMark(installation).text.utf8))
            try files.sync(try draft.file)
            try files.link(draft.path, as: markPath)
            try files.syncFolder(root)
        }
    }

    private func readMark() throws -> InstallationID? {
        guard let bytes = try markBytes() else { return nil }
        guard let mark = InstallationMark(String(decoding: bytes, as: UTF8.self)) else {
            throw BlobError(.changed, "\(markPath) is damaged. \(InstallationMark.remedy)")
        }
        return mark.installation
    }

    private func markBytes() throws(SystemError) -> [UInt8]? {
        do throws(SystemError) {
            return try files.open(markPath).read(at: 0, count: InstallationMark.mostBytes)
        } catch  where error.errno == ENOENT {
            return nil
        }
    }
}

/// What keeps a claim for as long as the store is in use. Shared by copies of the store.
final class FolderEntrance: Sendable {
    private let kept = Mutex<FolderClaim?>(nil)

    var claim: FolderClaim? { kept.withLock { $0 } }

    func keep(_ claim: FolderClaim) { kept.withLock { $0 = claim } }

    func leave() {
        let claim = kept.withLock { kept in
            defer { kept = nil }
            return kept
        }
        claim?.end()
    }
}
