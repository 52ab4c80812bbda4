internal import AgBase
internal import CPostgres
internal import Glibc
internal import Synchronization

/// Wakes the thread that waits for the server's answer, so that it can ask the server to cancel.
final class PostgresInterrupt: QueryInterrupt {
    /// Readable while the flag is raised.
    let descriptor: Int32
    private let limit = Mutex<ContinuousClock.Instant?>(nil)

    init() throws {
        descriptor = cpostgres_event()
        guard descriptor >= 0 else {
            throw SQLError(.io, "The process has no descriptor left for another connection to the database.")
        }
    }

    deinit {
        Glibc.close(descriptor)
    }

    /// The moment that was armed, if any.
    var deadline: ContinuousClock.Instant? { limit.withLock(\.self) }

    var isLate: Bool { deadline.map { .now >= $0 } ?? false }

    func arm(until moment: ContinuousClock.Instant?) {
        limit.withLock { $0 = moment }
    }

    func raise() {
        var one: UInt64 = 1
        _ = unsafe Glibc.write(descriptor, &one, 8)
    }

    func lower() {
        arm(until: nil)
        var count: UInt64 = 0
        _ = unsafe Glibc.read(descriptor, &count, 8)
    }
}
