internal import AgBase
internal import Synchronization

/// Which kind comes next among jobs of one priority: the one that was taken from longest ago, so that one kind's ten
/// thousand jobs do not hold up another kind's single one. Of this process; each process does its own share of the work.
final class KindTurns: Sendable {
    /// A job that is due.
    struct Candidate: Sendable, Hashable {
        let id: JobID
        let priority: Int
    }

    private struct State {
        var lastTaken: [JobKind: Int] = [:]
        var count = 0
    }

    private struct Place {
        let id: JobID
        let priority: Int
        /// Its place among those of its kind and priority.
        let round: Int
        /// When its kind was last taken from.
        let lastTaken: Int

        func isBefore(_ other: Place) -> Bool {
            (other.priority, round, lastTaken, id.text) < (priority, other.round, other.lastTaken, other.id.text)
        }
    }

    private let state = Mutex(State())

    /// One list of what the kinds have, each given in the order in which its jobs are to be taken.
    func merge(_ kinds: [JobKind: [Candidate]]) -> [JobID] {
        let last = state.withLock(\.lastTaken)
        return kinds.flatMap { kind, jobs in Self.places(jobs, lastTaken: last[kind] ?? 0) }
            .sorted { $0.isBefore($1) }.map(\.id)
    }

    /// These were taken, in this order.
    func took(_ kinds: [JobKind]) {
        state.withLock { state in
            for kind in kinds {
                state.count += 1
                state.lastTaken[kind] = state.count
            }
        }
    }

    private static func places(_ jobs: [Candidate], lastTaken: Int) -> [Place] {
        var rounds: [Int: Int] = [:]
        return jobs.map { job in
            defer { rounds[job.priority, default: 0] += 1 }
            return Place(id: job.id, priority: job.priority, round: rounds[job.priority] ?? 0, lastTaken: lastTaken)
        }
    }
}
