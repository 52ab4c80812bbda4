/// Writes that end something: a deletion, a revocation, a job that is settled or cancelled.
///
/// They say so, because a full disk must still take them: a database that keeps room for that gives it to these writes and
/// to no others.
package enum Concluding {
    /// Whether the write that this task begins ends something.
    @TaskLocal package static var isUnderWay = false
}

extension Database {
    /// `write`, for what ends something and adds next to nothing.
    @discardableResult
    package func conclude<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Value
    ) async throws -> Value {
        try await Concluding.$isUnderWay.withValue(true) { try await write(body) }
    }
}
