internal import AgBase
internal import CPostgres
internal import Synchronization

/// Wakes the thread that waits for the server's answer, so that it can ask the server to cancel.
final class PostgresInterrupt: QueryInterrupt {
    private let event: EventDescriptor
    private let limit = Mutex<ContinuousClock.Instant?>(nil)

    init() throws {
        let descriptor = cpostgres_event()
        guard descriptor >= 0 else {
            throw SQLError(.io, "The process has no descriptor left for another connection to the database.")
        }
        event = EventDescriptor(adopting: descriptor)
    }

    /// Readable while the flag is raised.
    var descriptor: Int32 { event.descriptor }

    /// The moment that was armed, if any.
    var deadline: ContinuousClock.Instant? { limit.withLock(\.self) }

    var isLate: Bool { deadline.map { .now >= $0 } ?? false }

    func arm(until moment: ContinuousClock.Instant?) {
        limit.withLock { $0 = moment }
    }

    func raise() {
        event.signal()
    }

    func lower() {
        arm(until: nil)
        event.take()
    }

    /// Sleeps until the flag is raised or the time is over.
    func wait(atMost time: Duration) {
        event.wait(atMost: time)
    }
}
