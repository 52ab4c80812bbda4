package import AgBase
package import AgSQL

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
    let ages: WaitingAges
    let kindTurns = KindTurns()
    let progress = JobProgress()

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
        database.notices.subscribe(to: .progress) { [progress] arrival in
            if case .text(let text) = arrival { progress.note(text) }
        }
    }

    func withProgress(_ records: [JobRecord]) -> [JobRecord] {
        records.map { record in
            var record = record
            if record.state == .active {
                record.progress = progress.percent(of: record.id, fence: record.fence) ?? 0
            }
            return record
        }
    }
}
