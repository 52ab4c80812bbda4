import AgBase

/// What one listener hears: first the log from where it asked, then everything as it happens.
///
/// For one task. It ends when the task is cancelled, and is forgotten when it is let go.
package final class EventSubscription: AsyncSequence, Sendable {
    package typealias Element = EventMessage

    private let log: EventLog
    private let subscriber: Subscriber
    private let number: Int
    private let caller: Caller

    init(_ log: EventLog, _ subscriber: Subscriber, number: Int, caller: Caller) {
        self.caller = caller
        self.log = log
        self.subscriber = subscriber
        self.number = number
    }

    deinit {
        log.forget(number)
    }

    package func makeAsyncIterator() -> Iterator {
        Iterator(subscription: self)
    }

    /// The next message; `nil` when the subscription or the task has ended. Throws when the log cannot be read.
    package func next() async throws -> EventMessage? {
        while !Task.isCancelled {
            switch subscriber.turn() {
            case .message(let message): return message
            case .replay(let position):
                try await log.replays.pass(caller) { try await log.replay(to: subscriber, after: position) }
            case .wait: await subscriber.wait()
            case .end: return nil
            }
        }
        return nil
    }

    /// Ends it from another task.
    package func end() {
        subscriber.end()
    }

    package struct Iterator: AsyncIteratorProtocol {
        let subscription: EventSubscription

        package func next() async throws -> EventMessage? {
            try await subscription.next()
        }
    }
}
