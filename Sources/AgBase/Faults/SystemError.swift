import Glibc

/// A system call that failed, with the errno it left.
package struct SystemError: Error, Sendable, Equatable, CustomStringConvertible {
    package let call: String
    package let errno: Int32

    package init(call: String, errno: Int32) {
        self.call = call
        self.errno = errno
    }

    package var description: String { "\(call): \(String(cString: strerror(errno))) (errno \(errno))" }
}

extension SystemError: TellsFault {
    package var fault: Fault {
        switch errno {
        case ENOSPC, EDQUOT: .storageFull(cause: self)
        case EIO, EROFS, EMFILE, ENFILE, ENOMEM: .storageUnavailable(cause: self)
        default: .internalError(cause: self)
        }
    }
}

/// Runs a system call, again when a signal interrupted it, and takes errno before anything else can change it.
@discardableResult
package func sys<Result: FixedWidthInteger>(
    _ call: StaticString, _ body: () -> Result
) throws(SystemError) -> Result {
    while true {
        let result = body()
        if result != -1 { return result }
        let code = errno
        if code != EINTR { throw SystemError(call: "\(call)", errno: code) }
    }
}
