/// An error of the machine below us that knows what a client is to be told of it.
///
/// One place per kind of error: code that has nothing to add rethrows it, and the answer is right all the same.
package protocol TellsFault: Error {
    var fault: Fault { get }
}

extension Fault {
    package static func storageFull(cause: any Error) -> Fault {
        Fault(
            .insufficientStorage, "storage-full", "The storage is full; free some space and try again.", cause: cause)
    }

    package static func storageUnavailable(cause: any Error) -> Fault {
        Fault(
            .unavailable, "storage-unavailable", "The storage does not work at the moment; try again later.",
            retryAfter: .seconds(10), cause: cause)
    }

    /// Our own mistake: the client learns nothing but that.
    package static func internalError(cause: any Error) -> Fault {
        Fault(
            .internal, "internal-error", "Something failed on our side; the request id leads to it in the log.",
            cause: cause)
    }
}
