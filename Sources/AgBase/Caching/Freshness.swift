/// Tells whether what was looked up is still true: a look-up takes a ticket before it reads, and what comes in after a write
/// about its topic is stale.
///
/// Bounded: when too many topics were written about, all that was read before is stale. A struct for one owner; it has no lock.
package struct Freshness<Topic: Hashable & Sendable>: Sendable {
    /// The moment a look-up began.
    package struct Ticket: Sendable {
        /// Writes before it.
        let number: Int
    }

    private static var capacity: Int { 1_024 }

    private var count = 0
    private var latest: [Topic: Int] = [:]
    /// Nothing is known of what was written before this.
    private var horizon = 0

    package init() {}

    package var ticket: Ticket { Ticket(number: count) }

    /// Something was written about the topic.
    package mutating func noteWrite(about topic: Topic) {
        if latest.count >= Self.capacity {
            latest.removeAll(keepingCapacity: true)
            horizon = count
        }
        count += 1
        latest[topic] = count
    }

    /// Anything may have been written about any topic.
    package mutating func noteWrites() {
        latest.removeAll(keepingCapacity: true)
        count += 1
        horizon = count
    }

    /// Whether nothing was written about the topic since the ticket was taken.
    package func isFresh(_ topic: Topic, since ticket: Ticket) -> Bool {
        ticket.number >= horizon && (latest[topic] ?? 0) <= ticket.number
    }

    /// Whether nothing at all was written since the ticket was taken.
    package func isFresh(since ticket: Ticket) -> Bool { ticket.number == count }
}
