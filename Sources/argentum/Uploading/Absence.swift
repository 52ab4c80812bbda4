import AgBase
import Synchronization

/// A server that is away, as everything that waits for it sees it together: since when, and for how long it is waited for.
final class Absence: Sendable {
    private struct State {
        var since: ContinuousClock.Instant?
        var isOver = false
    }

    private let patience: Duration
    private let firstPause: Duration
    private let say: @Sendable (String) -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - patience: how long the server may stay away. Restarts and upgrades are shorter.
    ///   - firstPause: the first wait before it is asked again; it doubles up to five seconds.
    ///   - say: shows a sentence to people.
    init(
        patience: Duration = .seconds(300), firstPause: Duration = .milliseconds(250),
        say: @escaping @Sendable (String) -> Void = { Output.remark("argentum: \($0)") }
    ) {
        self.patience = patience
        self.firstPause = firstPause
        self.say = say
    }

    /// Whether it was waited for in vain; asking again is of no use.
    var isOver: Bool { state.withLock(\.isOver) }

    /// It has answered.
    func end() {
        state.withLock { $0.since = nil }
    }

    /// Waits a little. Throws `error` when the server has been away for too long.
    ///
    /// - Parameter attempt: how many have failed in a row before this one.
    func pause(after error: any Error, attempt: Int) async throws {
        let now = ContinuousClock.now
        let (start, isFirst) = state.withLock { state in
            let isFirst = state.since == nil
            let start = state.since ?? now
            state.since = start
            if now - start >= patience { state.isOver = true }
            return (start, isFirst)
        }
        guard !isOver else { throw error }
        if isFirst { say("The server is away; waiting for it to come back.") }
        let left = patience - (now - start)
        try await Task.sleep(for: min(wait(attempt, (error as? ServerAway)?.retryAfter), left))
    }

    /// Doubled each time, never less than the server asks for, and spread, so that all who wait do not come back at once.
    private func wait(_ attempt: Int, _ asked: Duration?) -> Duration {
        let backOff = min(firstPause * (1 << min(attempt, 10)), .seconds(5))
        return max(backOff, asked ?? .zero) * Double.random(in: 1...1.25)
    }
}
