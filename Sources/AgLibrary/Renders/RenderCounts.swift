import Synchronization

/// How renders were answered since the start, for the metrics. Shared by copies of `Renders`.
package final class RenderCounts: Sendable {
    package enum Outcome: String, Sendable, CaseIterable {
        /// A variant was just that.
        case variant
        /// Found in the cache.
        case hit
        /// Not found there; made, or waited for while it was made for another.
        case miss
        /// Made by a codec child.
        case made
        /// Too many were under way.
        case refused
        /// The codec gave up on the picture.
        case failed
    }

    private let counts = Mutex<[Outcome: Int]>([:])

    func add(_ outcome: Outcome) {
        counts.withLock { $0[outcome, default: 0] += 1 }
    }

    package subscript(_ outcome: Outcome) -> Int { counts.withLock { $0[outcome] ?? 0 } }
}
