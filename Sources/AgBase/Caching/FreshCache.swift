internal import Synchronization

/// Results of look-ups that stay good until something is written about their topic.
///
/// A look-up takes a ticket first: a result that was read before a write and comes in after it is not kept. What is written
/// without a word to the cache is noticed when an entry's `lifetime` ends.
package final class FreshCache<Key: Hashable & Sendable, Topic: Hashable & Sendable, Value: Sendable>: Sendable {
    package typealias Ticket = Freshness<Topic>.Ticket

    private struct Entry: Sendable {
        let value: Value
        let topic: Topic
        let until: ContinuousClock.Instant
    }

    private struct State {
        var entries: RecentlyUsed<Key, Entry>
        var keys: [Topic: Set<Key>] = [:]
        var freshness = Freshness<Topic>()
    }

    private let lifetime: Duration
    private let writes = WriteCount()
    private let state: Mutex<State>

    /// - Parameters:
    ///   - budget: the most that all entries may weigh together.
    ///   - lifetime: how long an entry is good when nothing is heard.
    package init(budget: Int, lifetime: Duration) {
        self.lifetime = lifetime
        state = Mutex(State(entries: RecentlyUsed(budget: budget)))
    }

    package func value(for key: Key, at now: ContinuousClock.Instant = .now) -> Value? {
        // What goes is released behind the lock, which the optimiser would move into it: it may be the last reference to an open file.
        let (value, gone): (Value?, Entry?) = state.withLock { state in
            guard let entry = state.entries.value(for: key) else { return (nil, nil) }
            if now < entry.until { return (entry.value, nil) }
            return (nil, Self.remove(key, &state))
        }
        withExtendedLifetime(gone) {}
        return value
    }

    /// Lets go of everything whose lifetime has ended. Costs a walk through all of it.
    package func sweep(at now: ContinuousClock.Instant = .now) {
        let gone = state.withLock { state in
            state.entries.keys.compactMap { key in
                state.entries.peek(key).flatMap { now < $0.until ? nil : Self.remove(key, &state) }
            }
        }
        withExtendedLifetime(gone) {}
    }

    package func ticket() -> Ticket {
        state.withLock { $0.freshness.ticket }
    }

    /// Keeps what was looked up, unless something has been written about its topic since the ticket was taken.
    package func keep(
        _ value: Value, for key: Key, about topic: Topic, weight: Int, _ ticket: Ticket,
        at now: ContinuousClock.Instant = .now
    ) {
        let gone = state.withLock { state -> [Entry] in
            guard state.freshness.isFresh(topic, since: ticket) else { return [] }
            let entry = Entry(value: value, topic: topic, until: now + lifetime)
            state.keys[topic, default: []].insert(key)
            return state.entries.insert(entry, for: key, weight: weight).map { gone in
                let isStillListed = gone.value.topic == topic && state.entries.contains(gone.key)
                if !isStillListed { Self.unlist(gone.key, of: gone.value.topic, &state.keys) }
                return gone.value
            }
        }
        withExtendedLifetime(gone) {}
    }

    /// Whether nothing has been written about the topic since the ticket was taken.
    package func isUnchanged(_ topic: Topic, since ticket: Ticket) -> Bool {
        state.withLock { $0.freshness.isFresh(topic, since: ticket) }
    }

    /// The same for a caller that asks again and again.
    package func watch(_ topic: Topic, since ticket: Ticket) -> FreshWatch {
        FreshWatch(writes, since: ticket.number) { [self] in isUnchanged(topic, since: ticket) }
    }

    /// Something was written about the topic. Call it after the commit and before the writer is answered.
    package func forget(_ topic: Topic) {
        let gone = state.withLock { state in
            state.freshness.noteWrite(about: topic)
            writes.set(state.freshness.ticket.number)
            return (state.keys.removeValue(forKey: topic) ?? []).map { state.entries.remove($0) }
        }
        withExtendedLifetime(gone) {}
    }

    /// Anything may have been written about any topic.
    package func forgetAll() {
        let gone = state.withLock { state in
            state.freshness.noteWrites()
            writes.set(state.freshness.ticket.number)
            state.keys.removeAll()
            return state.entries.removeAll()
        }
        withExtendedLifetime(gone) {}
    }

    package var count: Int { state.withLock { $0.entries.count } }
    package var weight: Int { state.withLock { $0.entries.weight } }

    private static func remove(_ key: Key, _ state: inout State) -> Entry? {
        let entry = state.entries.remove(key)
        if let entry { unlist(key, of: entry.topic, &state.keys) }
        return entry
    }

    private static func unlist(_ key: Key, of topic: Topic, _ keys: inout [Topic: Set<Key>]) {
        keys[topic]?.remove(key)
        if keys[topic]?.isEmpty == true { keys[topic] = nil }
    }
}

/// Whether nothing has been written about a topic since a ticket was taken, asked for each request: as long as nothing at all was
/// written, the answer is one comparison. No type of the cache is in it, so that callers in other modules pay for none.
package final class FreshWatch: Sendable {
    private let writes: WriteCount
    /// Writes up to which nothing concerned the topic.
    private let seen: Atomic<Int>
    private let ask: @Sendable () -> Bool

    fileprivate init(_ writes: WriteCount, since number: Int, ask: @escaping @Sendable () -> Bool) {
        self.writes = writes
        seen = Atomic(number)
        self.ask = ask
    }

    package var isUnchanged: Bool {
        // Read first: a write that comes while we ask is looked at the next time.
        let count = writes.current
        if count == seen.load(ordering: .relaxed) { return true }
        guard ask() else { return false }
        seen.store(count, ordering: .relaxed)
        return true
    }
}

/// A cache's writes of all topics so far, read without its lock.
private final class WriteCount: Sendable {
    private let count = Atomic(0)

    var current: Int { count.load(ordering: .acquiring) }

    func set(_ number: Int) { count.store(number, ordering: .releasing) }
}
