internal import AgSQL

/// Where a job stands. Paused is a property of its kind.
package enum JobState: String, Sendable, CaseIterable, SQLBindable, SQLReadable {
    /// Moves to active when a worker leases it, or to cancelled.
    case queued
    /// Moves to completed, failed or cancelled, or back to queued when it is to be tried again.
    case active
    case completed
    /// Moves to queued when it is retried by hand.
    case failed
    /// Moves to queued when it is retried by hand.
    case cancelled
}

/// Higher goes first; within one priority, the older.
package enum JobPriority: Int, Sendable, CaseIterable, Comparable, SQLBindable, SQLReadable {
    /// Made again for a new recipe; no user waits for it.
    case rebuild = 0
    case new = 10
    /// A user waits at the screen.
    case interactive = 20

    package static func < (a: JobPriority, b: JobPriority) -> Bool { a.rawValue < b.rawValue }
}
