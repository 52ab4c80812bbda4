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

    private struct Entry {
        let kind: JobKind
        let fence: Int64
        var task: Task<Void, Never>?
        var stop: Stop?
    }

    private struct State {
        var entries: [JobID: Entry] = [:]
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
        state.withLock { $0.entries[job.id] = Entry(kind: job.kind, fence: job.fence) }
    }

    func attach(_ task: Task<Void, Never>, to job: JobRecord) {
        let isStopped = state.withLock { state in
            guard state.entries[job.id]?.fence == job.fence else { return false }
            state.entries[job.id]?.task = task
            return state.entries[job.id]?.stop != nil
        }
        if isStopped { task.cancel() }
    }

    /// True for the one caller who takes it out: its handler's end, or whoever gave the handler up.
    func remove(_ job: JobRecord) -> Bool {
        state.withLock { state in
            guard state.entries[job.id]?.fence == job.fence else { return false }
            state.entries[job.id] = nil
            return true
        }
    }

    func reason(_ job: JobRecord) -> Stop? {
        state.withLock { state in
            guard let entry = state.entries[job.id], entry.fence == job.fence else { return .lost }
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

    var fences: [JobID: Int64] { state.withLock { $0.entries.mapValues(\.fence) } }

    private func stop(_ reason: Stop, _ isMeant: (JobID, Int64) -> Bool) {
        let tasks = state.withLock { state in
            let ids = state.entries.keys.filter { isMeant($0, state.entries[$0]?.fence ?? 0) }
            return ids.compactMap { id in
                if state.entries[id]?.stop == nil { state.entries[id]?.stop = reason }
                return state.entries[id]?.task
            }
        }
        for task in tasks { task.cancel() }
    }
}
