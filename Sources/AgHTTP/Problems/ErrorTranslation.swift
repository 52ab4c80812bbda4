import AgBase

/// What a client is told of an error that is not a `Fault`: what the error knows, or nothing but that
/// it was ours.
enum ErrorTranslation {
    static func fault(for error: any Error) -> Fault {
        // No client is left to read these: they only must not look like our failure.
        if error is ClientGone || error is StreamClosed {
            return Fault(
                .badRequest, "client-gone", "The client closed the connection before its request was answered.")
        }
        if error is CancellationError {
            return Fault(
                .unavailable, "cancelled", "The request was given up before it was finished.", retryAfter: .seconds(1))
        }
        if let error = error as? any TellsFault { return error.fault }
        return .internalError(cause: error)
    }
}
