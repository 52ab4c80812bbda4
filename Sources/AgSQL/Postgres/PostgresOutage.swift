internal import AgBase
internal import Synchronization

/// What all connections of a process know of the server's absence. While it is away, calls fail at once instead of each
/// waiting for a time-out, and one after the other tries again. When it falls silent, those that wait for it learn of that.
final class PostgresOutage: Sendable {
    private struct State {
        var failures = 0
        var nextTry: ContinuousClock.Instant?
        var reason: SQLError?
        var silence: ContinuousClock.Instant?
    }

    private let state = Mutex(State())

    /// Throws the last failure while it is too early for another attempt.
    func check() throws {
        try state.withLock { state in
            guard let next = state.nextTry, let reason = state.reason, ContinuousClock.now < next else { return }
            throw reason
        }
    }

    /// Waits 0.1 s after the first failure, twice as long after each further one, 2 s at most, each with jitter so that
    /// nodes do not return together.
    func failed(_ reason: SQLError) {
        state.withLock { state in
            let wait = Duration.milliseconds(min(2_000, 100 << min(state.failures, 5)))
            state.failures += 1
            state.reason = reason
            state.nextTry = .now + wait * Double.random(in: 0.75...1.25)
        }
    }

    func ended() {
        state.withLock { state in
            state.failures = 0
            state.nextTry = nil
            state.reason = nil
        }
    }

    /// The server gave no sign of life: what was asked before now may never be answered, such as after a firewall or a proxy
    /// forgot the connections.
    func fellSilent() {
        state.withLock { $0.silence = .now }
    }

    /// When it last fell silent.
    var silence: ContinuousClock.Instant? { state.withLock(\.silence) }
}
