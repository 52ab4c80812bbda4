/// What was asked for is still being made.
struct NotYet: Error {
    /// What the server says about it.
    let failure: Failure
}
