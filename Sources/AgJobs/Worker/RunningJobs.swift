internal import Synchronization

/// The jobs a worker has in hand.
final class RunningJobs: Sendable {
    /// Why a running job was told to stop.
    enum Stop: Sendable {
        case timeout
        /// It was cancelled, or another worker has it now.
        case lost
        /// The worker is to end.
        case drain
    }

    /// One attempt: a handler that ignored its deadline may run beside a later attempt at the same job.
    private struct Attempt: Hashable {
        let id: JobID
        let fence: Int64

        init(_ job: JobRecord) {
            id = job.id
            fence = job.fence
        }
    }

    private struct Entry {
        let kind: JobKind
        var task: Task<Void, Never>?
        var stop: Stop?
    }

    private struct State {
        var entries: [Attempt: Entry] = [:]
        var isDraining = false
    }

    private let state = Mutex(State())

    var counts: [JobKind: Int] {
        state.withLock { state in
            state.entries.values.reduce(into: [:]) { $0[$1.kind, default: 0] += 1 }
        }
    }

    var isEmpty: Bool { state.withLock(\.entries.isEmpty) }

    /// Whether no more work is to be taken.
    var isDraining: Bool { state.withLock(\.isDraining) }

    func startDraining() {
        state.withLock { $0.isDraining = true }
    }

    /// Enters the job before its task exists, so that the task finds it.
    func add(_ job: JobRecord) {
        state.withLock { $0.entries[Attempt(job)] = Entry(kind: job.kind) }
    }

    func attach(_ task: Task<Void, Never>, to job: JobRecord) {
        let isStopped = state.withLock { state in
            state.entries[Attempt(job)]?.task = task
            return state.entries[Attempt(job)]?.stop != nil
        }
        if isStopped { task.cancel() }
    }

    /// Takes it out when its handler has ended.
    func remove(_ job: JobRecord) {
        state.withLock { $0.entries[Attempt(job)] = nil }
    }

    func reason(_ job: JobRecord) -> Stop? {
        state.withLock { state in
            guard let entry = state.entries[Attempt(job)] else { return .lost }
            return entry.stop
        }
    }

    func stop(_ id: JobID, _ reason: Stop) {
        stop(reason) { known, _ in known == id }
    }

    /// This attempt and no later one.
    func stop(_ job: JobRecord, _ reason: Stop) {
        stop(reason) { $0 == job.id && $1 == job.fence }
    }

    func stopAll(_ reason: Stop) {
        stop(reason) { _, _ in true }
    }

    /// Stops what is not in `held` any more. Jobs taken after `asked` was noted are left alone.
    func keepOnly(_ held: [JobID: Int64], of asked: [JobID: Int64]) {
        stop(.lost) { id, fence in asked[id] == fence && held[id] != fence }
    }

    /// The newest attempt at each job.
    var fences: [JobID: Int64] {
        state.withLock { state in
            state.entries.keys.reduce(into: [:]) { $0[$1.id] = max($0[$1.id] ?? $1.fence, $1.fence) }
        }
    }

    private func stop(_ reason: Stop, _ isMeant: (JobID, Int64) -> Bool) {
        let tasks = state.withLock { state in
            let attempts = state.entries.keys.filter { isMeant($0.id, $0.fence) }
            return attempts.compactMap { attempt in
                if state.entries[attempt]?.stop == nil { state.entries[attempt]?.stop = reason }
                return state.entries[attempt]?.task
            }
        }
        for task in tasks { task.cancel() }
    }
}
