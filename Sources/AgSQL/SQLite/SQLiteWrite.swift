/// One caller's write on its way through the writer's thread.
struct SQLiteWrite: Sendable {
    /// Runs the caller's closure and keeps its result for `succeed`.
    let body: @Sendable (SQLiteTransaction) throws -> Void
    /// Tells the caller: `nil` after the commit, else why there is nothing.
    let finish: @Sendable ((any Error)?) -> Void
}
