internal import AgBase
internal import AgModel
internal import AgSQL
internal import Synchronization

/// What the queue and the log send to the other parts of the program and to other processes (docs/decisions/0017).
extension NoticeTopic {
    /// The kind of jobs that may be waiting; empty for any kind.
    static let jobs = NoticeTopic("jobs", .afterCommit)
    /// The id of a job whose running attempt lost it.
    static let lostJob = NoticeTopic("lost-job", .afterCommit)
    /// How far a job is: `JobProgress.text`.
    static let progress = NoticeTopic("progress", .afterCommit)
    /// Something was appended to the log.
    static let events = NoticeTopic("events", .afterCommit)
    /// The id of a thing of this kind that something happened to.
    static func changed(_ kind: EventSubject.Kind) -> NoticeTopic { NoticeTopic("on-\(kind.rawValue)", .beforeAnswer) }
    /// An event without a number: `LiveEvent.text`.
    static let live = NoticeTopic("live-event", .afterCommit)
}

extension Notice {
    /// Jobs of this kind may be waiting; `nil` for any kind.
    static func jobs(_ kind: JobKind?) -> Notice { Notice(.jobs, kind?.rawValue ?? "") }
}

/// How far running jobs of all processes are; never in the table. The latest ten thousand are kept.
final class JobProgress: Sendable {
    private struct Known: Sendable {
        let fence: Int64
        let percent: Int
    }

    private let known = Mutex(RecentlyUsed<JobID, Known>(budget: 10_000))

    func note(_ percent: Int, of id: JobID, fence: Int64) {
        known.withLock { known in
            if let newer = known.peek(id), newer.fence > fence { return }
            _ = known.insert(Known(fence: fence, percent: percent), for: id, weight: 1)
        }
    }

    func forget(_ id: JobID) {
        known.withLock { _ = $0.remove(id) }
    }

    /// `nil` when nothing is known of this attempt.
    func percent(of id: JobID, fence: Int64) -> Int? {
        known.withLock { known in
            guard let found = known.peek(id), found.fence == fence else { return nil }
            return found.percent
        }
    }

    // MARK: Between processes

    static func text(_ percent: Int, of job: JobRecord) -> String { "\(job.id) \(job.fence) \(percent)" }

    func note(_ text: String) {
        let words = text.split(separator: " ")
        guard words.count == 3, let id = JobID(untrusted: String(words[0])), let fence = Int64(words[1]),
            let percent = Int(words[2])
        else { return }
        note(percent, of: id, fence: fence)
    }
}
