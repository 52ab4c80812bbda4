import AgBase

/// What callers of lists wait for: reading a page may take long in a large library, and counting all of it takes longest.
/// Neither may take every connection to the database, on which look-ups of tokens and pictures wait as well.
package struct ReadGates: Sendable {
    private let pages = FairGate(slots: 2, seats: 1_024)
    private let counts = FairGate(slots: 1, seats: 256)

    package init() {}

    /// Runs a read when it is the caller's turn. Throws `GateFull`, which tells its fault.
    func read<Value: Sendable>(
        _ caller: Caller, countsAll: Bool = false, _ body: () async throws -> Value
    ) async throws -> Value {
        try await (countsAll ? counts : pages).pass(caller, body)
    }
}
