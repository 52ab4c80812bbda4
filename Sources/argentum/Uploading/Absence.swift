import AgBase

/// A server that is away: how long already, and when it is asked again.
struct Absence {
    private let patience: Duration
    private let firstPause: Duration
    private var since: ContinuousClock.Instant?
    private var next: Duration

    init(patience: Duration, firstPause: Duration) {
        self.patience = patience
        self.firstPause = firstPause
        next = firstPause
    }

    /// It has answered.
    mutating func end() {
        since = nil
        next = firstPause
    }

    /// Waits a little. Throws `error` when the server has been away for too long.
    mutating func pause(after error: any Error) async throws {
        let now = ContinuousClock.now
        if since == nil { Output.remark("argentum: The server is away; waiting for it to come back.") }
        let start = since ?? now
        since = start
        guard now - start < patience else { throw error }
        try await Task.sleep(for: next)
        next = min(next * 2, .seconds(10))
    }
}
