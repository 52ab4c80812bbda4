import AgBase
import Glibc

/// Tells the processes that work on one storage folder of each other.
///
/// Each has a data directory of its own, so those directories' locks do not help here. The first one is alone
/// until it calls `share`: until then, and only then, what lies in the spool is certain to be abandoned.
/// The kernel lets go when the process ends, however it ends.
package final class FolderClaim: Sendable {
    private let file: OpenFile
    /// Whether no other process worked on the folder when the claim was made.
    package let isAlone: Bool

    private init(_ file: OpenFile, isAlone: Bool) {
        self.file = file
        self.isAlone = isAlone
    }

    /// Waits while another process is alone there, which it is for the moment of its start. Throws `SystemError`.
    package static func make(in folder: String) async throws -> FolderClaim {
        let file = OpenFile(
            adopting: try sys("open") {
                open("\(folder)/storage-lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
            })
        while true {
            if try take(LOCK_EX, file) { return FolderClaim(file, isAlone: true) }
            if try take(LOCK_SH, file) { return FolderClaim(file, isAlone: false) }
            // Polled, because a thread that waits in `flock` could not be told to stop.
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Lets others in. From here on a file in the spool may be theirs.
    package func share() async throws {
        // The kernel may let another one be alone in between: we have begun nothing yet, so we wait for its end.
        while try !Self.take(LOCK_SH, file) { try await Task.sleep(for: .milliseconds(20)) }
    }

    /// Lets go before the last reference does.
    package func end() {
        flock(file.descriptor, LOCK_UN)
    }

    private static func take(_ kind: Int32, _ file: OpenFile) throws(SystemError) -> Bool {
        do {
            try sys("flock") { flock(file.descriptor, kind | LOCK_NB) }
            return true
        } catch {
            guard error.errno == EWOULDBLOCK else { throw error }
            return false
        }
    }
}
