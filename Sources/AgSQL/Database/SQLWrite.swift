/// One caller's write on its way through a writer's thread.
struct SQLWrite: Sendable {
    /// Runs the caller's closure and keeps its result for the answer.
    let body: @Sendable (any SQLTransaction) throws -> Void
    /// Answers the caller: `nil` after the commit, else why there is nothing.
    let finish: @Sendable ((any Error)?) -> Void
}

/// Carries one write's value from the writer's thread to the caller who waits.
final class WriteAnswer<Value: Sendable>: Sendable {
    // Set and read on the writer's thread alone.
    nonisolated(unsafe) var value: Value?
    private let continuation: CheckedContinuation<Value, any Error>

    init(_ continuation: CheckedContinuation<Value, any Error>) {
        self.continuation = continuation
    }

    func finish(_ error: (any Error)?) {
        if let error { return continuation.resume(throwing: error) }
        guard let value = unsafe value else { preconditionFailure("A write was committed without having run") }
        continuation.resume(returning: value)
    }
}
