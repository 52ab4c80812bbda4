package import AgBase

/// Why a blob could not be kept or read.
package struct BlobError: Error, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        case notFound
        /// Something already lies there; blobs are never overwritten.
        case exists
        /// A folder, a link or a pipe lies where a file should be, or a link where a folder should be.
        case notAFile = "not-a-file"
        /// It is there, with other bytes than were recorded.
        case changed
        /// No space or no inodes left, or a quota is used up.
        case full
        /// Too many open files.
        case exhausted
        case io
    }

    package let code: Code
    package let message: String
    package let cause: SystemError?

    package init(_ code: Code, _ message: String, cause: SystemError? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    package var description: String { message + (cause.map { " (\($0))" } ?? "") }
}

extension BlobError: TellsFault {
    /// Sorts a failed system call by what a caller can do about it.
    package init(_ error: SystemError, _ message: String) {
        self.init(Code(errno: error.errno), message, cause: error)
    }

    /// What a client is told: full and exhausted disks are answers, not mysteries.
    package var fault: Fault {
        switch code {
        case .full: .storageFull(cause: self)
        case .exhausted, .io: .storageUnavailable(cause: self)
        case .changed:
            Fault(
                .internal, "blob-damaged",
                "The stored file has another length than recorded; run `argentum verify`.", cause: self)
        case .notFound, .exists, .notAFile:
            Fault(
                .internal, "storage-inconsistent", "The storage and the database disagree; run `argentum verify`.",
                cause: self)
        }
    }
}
