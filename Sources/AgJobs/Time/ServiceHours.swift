internal import AgBase
internal import AgSQL
internal import Synchronization

/// Counts the hours in which some program of this installation was running: the age of things to be trimmed.
///
/// A wall clock that jumps ten years would delete ten years' worth. Each process watches the newest hour in the
/// table on its own steady clock and begins the next when it has stood for an hour; the second one finds it begun.
final class ServiceHours: Sendable {
    private struct Watched {
        var hour: Int64
        var since: Duration
    }

    private let clock: any SteadyClock
    private let watched = Mutex<Watched?>(nil)

    init(clock: any SteadyClock) {
        self.clock = clock
    }

    /// The hour to write on what finishes now.
    static let newest: SQL = "(SELECT coalesce(max(hour), 0) FROM service_hours)"

    /// Looks at the table, begins an hour when it is time, and returns the current one.
    @discardableResult
    func advance(in tx: any SQLTransaction) throws -> Int64 {
        let newest: Int64 = try tx.value("SELECT hour FROM service_hours ORDER BY hour DESC LIMIT 1") ?? 0
        guard newest == 0 || isOver(newest) else { return newest }
        let sequence: Int64 = try tx.value("SELECT sequence FROM events ORDER BY sequence DESC LIMIT 1") ?? 0
        try tx.execute(
            """
            INSERT INTO service_hours (hour, sequence) VALUES (\(newest + 1), \(sequence))
            ON CONFLICT (hour) DO NOTHING
            """)
        _ = isOver(newest + 1)
        return newest + 1
    }

    /// Whether this process has seen `hour` as the newest for an hour.
    private func isOver(_ hour: Int64) -> Bool {
        let now = clock.elapsed()
        return watched.withLock { watched in
            guard let known = watched, known.hour == hour else {
                watched = Watched(hour: hour, since: now)
                return false
            }
            return now - known.since >= .seconds(3_600)
        }
    }
}
