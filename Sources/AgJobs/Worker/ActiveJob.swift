internal import AgBase
internal import AgModel
package import AgSQL
internal import Synchronization

/// One attempt at a job, as its handler sees it.
package final class ActiveJob: Sendable {
    package let record: JobRecord
    private let queue: JobQueue
    private let lastReport = Mutex<Duration?>(nil)
    private let endings = Mutex<[@Sendable () async -> Void]>([])

    init(_ record: JobRecord, _ queue: JobQueue) {
        self.record = record
        self.queue = queue
    }

    package var id: JobID { record.id }
    package var kind: JobKind { record.kind }
    package var subject: String { record.subject }
    package var recipe: String { record.recipe }
    package var payload: String { record.payload }
    /// From 1.
    package var attempt: Int { record.attempt }
    package var maxAttempts: Int { record.maxAttempts }

    /// Tells listeners how far it is, 0 to 100. Twice a second at most; the rest is dropped.
    package func report(progress percent: Int) {
        let percent = min(max(percent, 0), 100)
        queue.progress.note(percent, of: id, fence: record.fence)
        let now = queue.clock.elapsed()
        let isDue = lastReport.withLock { last in
            if let last, now - last < .milliseconds(500) { return false }
            last = now
            return true
        }
        guard isDue else { return }
        queue.database.notices.send(Notice(.progress, JobProgress.text(percent, of: record)))
        var record = record
        record.progress = percent
        for shown in record.asShown {
            queue.events.publishLive(.jobProgress, about: shown.eventSubject, data: shown.eventData())
        }
    }

    /// Runs `body` once the job is completed and its effect committed, and before the job counts as ended: to tidy up
    /// what only had to outlive the commit. Not run when anything else comes of the attempt, nor after a crash.
    package func afterCompletion(_ body: @escaping @Sendable () async -> Void) {
        endings.withLock { $0.append(body) }
    }

    func runEndings() async {
        for body in endings.withLock({ $0 }) { await body() }
    }

    /// Commits something before the end, such as a thumbnail that need not wait for the rest.
    ///
    /// Throws `LeaseLost` and writes nothing when the job is no longer this attempt's.
    package func commit<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Value
    ) async throws -> Value {
        try await queue.whileHeld(record, body)
    }
}
