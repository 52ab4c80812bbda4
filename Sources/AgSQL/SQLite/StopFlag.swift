internal import CSQLite
internal import Synchronization

/// Tells a connection's running query to stop.
///
/// SQLite asks every few thousand steps. `sqlite3_interrupt` would miss a query that is just about to begin.
final class StopFlag: QueryInterrupt {
    private let isRaised = Atomic<Bool>(false)
    private let deadline = Mutex<ContinuousClock.Instant?>(nil)

    func raise() {
        isRaised.store(true, ordering: .relaxed)
    }

    func lower() {
        isRaised.store(false, ordering: .relaxed)
        arm(until: nil)
    }

    func arm(until moment: ContinuousClock.Instant?) {
        deadline.withLock { $0 = moment }
    }

    var isLate: Bool { deadline.withLock { $0 }.map { .now >= $0 } ?? false }

    /// Lets `connection` ask. The flag must outlive it.
    func watch(_ connection: OpaquePointer) {
        let this = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe sqlite3_progress_handler(connection, 4_000, { unsafe StopFlag.ask($0) }, this)
    }

    private static func ask(_ raw: UnsafeMutableRawPointer?) -> Int32 {
        guard let raw = unsafe raw else { return 0 }
        let flag = unsafe Unmanaged<StopFlag>.fromOpaque(raw).takeUnretainedValue()
        return flag.isRaised.load(ordering: .relaxed) || flag.isLate ? 1 : 0
    }
}
