import AgBase
import AgCrypto
import Synchronization

/// Proved credentials by the hash of their secret, so that a request costs no query.
///
/// Bounded: only what was proved comes in, and a full cache starts over. A revocation empties it, on every server by its notice;
/// an entry lives for half a minute at most, as the net under that.
final class CredentialCache<Value: Sendable>: Sendable {
    /// What a look-up began with. A revocation since then makes its result unfit for the cache.
    struct Ticket: Sendable {
        fileprivate let generation: Int
    }

    private struct Entry {
        let value: Value
        let since: Timestamp
        let until: Timestamp
    }

    private struct State {
        var entries: [SHA256Digest: Entry] = [:]
        var generation = 0
    }

    private let state = Mutex(State())
    private let capacity: Int
    private let lifetime: Duration

    init(capacity: Int = 4_096, lifetime: Duration = .seconds(29)) {
        self.capacity = capacity
        self.lifetime = lifetime
    }

    func value(for digest: SHA256Digest, at now: Timestamp) -> Value? {
        state.withLock { state in
            // From the future: the clock was set back, and nobody knows how old the entry is.
            guard let entry = state.entries[digest], entry.since <= now, now < entry.until else { return nil }
            return entry.value
        }
    }

    func ticket() -> Ticket {
        state.withLock { Ticket(generation: $0.generation) }
    }

    /// Keeps a proved value, but not beyond `expiry`. False when there was a revocation since the ticket was taken: the value
    /// may be what was revoked, and is not kept.
    func keep(
        _ value: Value, for digest: SHA256Digest, expiry: Timestamp?, at now: Timestamp, _ ticket: Ticket
    ) -> Bool {
        let until = min(now + lifetime, expiry ?? now + lifetime)
        return state.withLock { state in
            guard state.generation == ticket.generation else { return false }
            if state.entries.count >= capacity { state.entries.removeAll(keepingCapacity: true) }
            state.entries[digest] = Entry(value: value, since: now, until: until)
            return true
        }
    }

    func removeAll() {
        state.withLock { state in
            state.entries.removeAll()
            state.generation += 1
        }
    }
}
