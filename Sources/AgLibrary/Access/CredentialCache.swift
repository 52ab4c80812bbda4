import AgBase
import AgCrypto
import Synchronization

/// Proved credentials by the hash of their secret, so that a request costs no query.
///
/// Bounded: only what was proved comes in, and what was not asked for longest goes. A revocation empties it, on every server by
/// its notice; an entry lives for half a minute at most, as the net under that.
final class CredentialCache<Value: Sendable>: Sendable {
    /// Of a look-up. A revocation since makes its result unfit for the cache; whose it was makes no difference.
    typealias Ticket = Freshness<Never>.Ticket

    private struct Entry: Sendable {
        let value: Value
        let since: Timestamp
        let until: Timestamp
    }

    private struct State {
        var entries: RecentlyUsed<SHA256Digest, Entry>
        var freshness = Freshness<Never>()
    }

    private let state: Mutex<State>
    private let lifetime: Duration

    init(capacity: Int = 4_096, lifetime: Duration = .seconds(29)) {
        state = Mutex(State(entries: RecentlyUsed(budget: capacity)))
        self.lifetime = lifetime
    }

    func value(for digest: SHA256Digest, at now: Timestamp) -> Value? {
        state.withLock { state in
            // From the future: the clock was set back, and nobody knows how old the entry is.
            guard let entry = state.entries.value(for: digest), entry.since <= now, now < entry.until else {
                return nil
            }
            return entry.value
        }
    }

    func ticket() -> Ticket {
        state.withLock { $0.freshness.ticket }
    }

    /// Keeps a proved value, but not beyond `expiry`. False when there was a revocation since the ticket was taken: the value
    /// may be what was revoked, and is not kept.
    func keep(
        _ value: Value, for digest: SHA256Digest, expiry: Timestamp?, at now: Timestamp, _ ticket: Ticket
    ) -> Bool {
        let until = min(now + lifetime, expiry ?? now + lifetime)
        return state.withLock { state in
            guard state.freshness.isFresh(since: ticket) else { return false }
            _ = state.entries.insert(Entry(value: value, since: now, until: until), for: digest, weight: 1)
            return true
        }
    }

    func removeAll() {
        state.withLock { state in
            _ = state.entries.removeAll()
            state.freshness.noteWrites()
        }
    }
}
