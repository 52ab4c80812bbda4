import AgBase
import AgLibrary
import AgModel
import Synchronization

/// Counts requests per caller and refuses those that are too many, on all servers of an installation together: see `SharedTally`
/// for how exact that is.
final class RateLimiter: Sendable {
    private enum Caller: Hashable {
        case holder(Credential.Origin)
        case stranger(String)
        /// All strangers for whom there was no room: a flood of addresses must neither fill the memory nor push out
        /// those that are held back.
        case crowd

        /// Its name on other servers; `nil` for callers that are not distinguished.
        var key: String? {
            switch self {
            case .holder(.token(let id)): "token:\(id)"
            case .holder(.fixedToken), .crowd: nil
            case .stranger(let network): "from:\(network)"
            }
        }

        init?(key: String) {
            let (kind, name) = (key.prefix { $0 != ":" }, key.drop { $0 != ":" }.dropFirst())
            switch kind {
            case "token": if let id = TokenID(untrusted: name) { self = .holder(.token(id)) } else { return nil }
            case "from": self = .stranger(String(name))
            default: return nil
            }
        }
    }

    /// Buckets at a time: some 2 MB.
    private static let capacity = 10_000

    private let limits: RateLimits
    private let time: any TimeSource
    private let tally: SharedTally?
    private let state = Mutex(State())

    private struct State {
        var buckets: [Caller: TokenBucket] = [:]
        var sweptAt: Timestamp?
    }

    init(_ limits: RateLimits, time: any TimeSource, tally: SharedTally? = nil) {
        self.limits = limits
        self.time = time
        self.tally = limits == .none ? nil : tally
        self.tally?.whenOthersAdd { [weak self] key, count in self?.spend(count, key) }
    }

    /// Whether what is admitted here is published to other servers.
    var sharesCounts: Bool { tally != nil }

    /// Throws `Fault` 429 when the holder has asked too often. Scope admin is never held back: it is what an operator
    /// looks into an overload with.
    func admit(_ credential: Credential) throws(Fault) {
        guard limits.perToken > 0, credential.scope != .admin else { return }
        try take(.holder(credential.origin), limits.perToken)
    }

    /// The same for somebody without a good credential.
    func admit(strangerAt peer: String) throws(Fault) {
        guard limits.perStranger > 0 else { return }
        try take(.stranger(PeerNetwork.of(peer)), limits.perStranger)
    }

    private func take(_ caller: Caller, _ perMinute: Int) throws(Fault) {
        let now = time.now()
        let wait = state.withLock { state -> Duration? in
            let caller = Self.place(for: caller, in: &state, now)
            return state.buckets[caller, default: TokenBucket(perMinute: perMinute, at: now)].take(now)
        }
        guard let wait else {
            tally?.add(caller.key)
            return
        }
        throw Fault(
            .tooManyRequests, "rate-limited", "More than \(perMinute) requests a minute; ask again after Retry-After.",
            retryAfter: wait)
    }

    /// Another server admitted so many.
    private func spend(_ count: Int, _ key: String) {
        guard let caller = Caller(key: key) else { return }
        let perMinute = if case .holder = caller { limits.perToken } else { limits.perStranger }
        guard perMinute > 0 else { return }
        let now = time.now()
        state.withLock { state in
            let caller = Self.place(for: caller, in: &state, now)
            state.buckets[caller, default: TokenBucket(perMinute: perMinute, at: now)].spend(count, now)
        }
    }

    private static func place(for caller: Caller, in state: inout State, _ now: Timestamp) -> Caller {
        guard state.buckets.count >= capacity, state.buckets[caller] == nil else { return caller }
        sweep(&state, now)
        if case .stranger = caller, state.buckets.count >= capacity { return .crowd }
        return caller
    }

    /// Forgets those that have all their requests again; once a second at most, for it looks at all of them.
    private static func sweep(_ state: inout State, _ now: Timestamp) {
        if let last = state.sweptAt, now >= last, now - last < .seconds(1) { return }
        state.sweptAt = now
        state.buckets = state.buckets.filter { _, bucket in
            var bucket = bucket
            return !bucket.isFull(now)
        }
    }
}
