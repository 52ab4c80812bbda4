/// One caller's write on its way through a writer's thread.
struct SQLWrite: Sendable {
    /// Runs the caller's closure and keeps its result for the answer.
    let body: @Sendable (any SQLTransaction) throws -> Void
    /// Answers the caller: `nil` after the commit, else why there is nothing.
    let finish: @Sendable ((any Error)?) -> Void
}
