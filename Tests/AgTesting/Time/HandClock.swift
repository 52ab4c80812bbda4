package import AgBase
import Synchronization

/// A clock that moves only when a test moves it.
package final class HandClock: TimeSource {
    private let current: Mutex<Timestamp>

    /// Starts at 2026-11-20T12:00:00Z unless told otherwise.
    package init(_ start: Timestamp = Timestamp(milliseconds: 1_795_176_000_000)) {
        current = Mutex(start)
    }

    package func now() -> Timestamp { current.withLock { $0 } }

    package func advance(_ step: Duration) {
        current.withLock { $0 = $0 + step }
    }
}
