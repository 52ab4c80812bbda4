package import AgBase
package import AgSQL
internal import Synchronization

/// The durable queue. Jobs are rows; every change of state is one fenced statement, in one transaction with its
/// event and its effect.
package final class JobQueue: Sendable {
    let database: any Database
    let events: EventLog
    let time: any TimeSource
    let clock: any SteadyClock
    let log: Log
    let settings: JobSettings
    let audience: any JobAudience
    let bell = JobBell()
    let ages: WaitingAges
    /// How far running jobs of this process are; never in the table.
    private let progress = Mutex<[JobID: Int]>([:])

    package init(
        database: any Database, events: EventLog, time: any TimeSource, log: Log, settings: JobSettings = JobSettings(),
        audience: any JobAudience = SubjectIsImage(), clock: any SteadyClock = SystemSteadyClock()
    ) {
        self.database = database
        self.events = events
        self.time = time
        self.log = log
        self.settings = settings
        self.audience = audience
        self.clock = clock
        ages = WaitingAges(wall: time.now(), steady: clock.elapsed())
    }

    func note(progress percent: Int?, of id: JobID) {
        progress.withLock { $0[id] = percent }
    }

    func withProgress(_ records: [JobRecord]) -> [JobRecord] {
        let known = progress.withLock { $0 }
        return records.map { record in
            var record = record
            if record.state == .active { record.progress = known[record.id] ?? 0 }
            return record
        }
    }
}
