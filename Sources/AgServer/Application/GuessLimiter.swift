import AgBase
import AgLibrary
import Synchronization

/// Holds back those who try secrets that people chose: always on, and without a way to lock the owner out.
///
/// Tokens, cookies and codes that the server made have 256 random bits; nobody finds one by trying, so a good one is let
/// in whatever has failed before. Only a fixed token of the operator's that is shorter than 32 characters can be guessed at, and only it has to wait: from an
/// address that has failed too often, and, when too many addresses fail at once, from each that has failed at all. An
/// address that has not failed always has its try.
final class GuessLimiter: Sendable {
    /// Failures a minute.
    static let perAddress = 60
    static let perServer = 600
    /// Addresses at a time: some 2 MB. Those beyond share what is left.
    private static let capacity = 10_000
    private static let others = ""

    private struct State {
        var addresses: [String: TokenBucket] = [:]
        var all: TokenBucket
        var sweptAt: Timestamp
    }

    private let time: any TimeSource
    private let tally: SharedTally?
    private let state: Mutex<State>

    init(time: any TimeSource, tally: SharedTally? = nil) {
        self.time = time
        self.tally = tally
        let now = time.now()
        state = Mutex(State(all: TokenBucket(perMinute: Self.perServer, at: now), sweptAt: now))
        tally?.whenOthersAdd { [weak self] network, count in self?.failed(network, times: count) }
    }

    /// Throws `Fault` 429 when this address has to wait before its next guess.
    func check(_ peer: String) throws(Fault) {
        let now = time.now()
        let wait = state.withLock { state -> Duration? in
            guard var own = state.addresses[Self.place(of: peer, in: state)], !own.isFull(now) else { return nil }
            return own.wait(now) ?? state.all.wait(now)
        }
        guard let wait else { return }
        throw Fault(
            .tooManyRequests, "too-many-failures",
            "Too many wrong tokens came from your address; try again after Retry-After, or with a sign-in link.",
            retryAfter: wait)
    }

    /// A secret from this address was wrong.
    func failed(_ peer: String) {
        failed(peer, times: 1)
        tally?.add(PeerNetwork.of(peer))
    }

    private func failed(_ peer: String, times: Int) {
        let now = time.now()
        state.withLock { state in
            if state.addresses.count >= Self.capacity { Self.sweep(&state, now) }
            let place = Self.place(of: peer, in: state)
            state.addresses[place, default: TokenBucket(perMinute: Self.perAddress, at: now)].spend(times, now)
            state.all.spend(times, now)
        }
    }

    private static func place(of peer: String, in state: State) -> String {
        let network = PeerNetwork.of(peer)
        return state.addresses[network] != nil || state.addresses.count < capacity ? network : others
    }

    /// Forgets addresses that have all their tries again; once a second at most, for it looks at all of them.
    private static func sweep(_ state: inout State, _ now: Timestamp) {
        guard now < state.sweptAt || now - state.sweptAt >= .seconds(1) else { return }
        state.sweptAt = now
        state.addresses = state.addresses.filter { _, bucket in
            var bucket = bucket
            return !bucket.isFull(now)
        }
    }
}
