import AgBase
import AgSQL
import AgTesting
import Foundation
import Synchronization
import Testing

@testable import AgJobs

/// Numbers against goals, on the real clock and the real disk: run with ARGENTUM_MEASURE=1, best in a release build.
@Suite(
    "Measured", .everyEngine, .serialized, .timeLimit(.minutes(5)),
    .enabled(if: ProcessInfo.processInfo.environment["ARGENTUM_MEASURE"] != nil))
struct JobMeasurements {
    private struct Site {
        let folder: TemporaryFolder
        let database: any Database
        let events: EventLog
        let queue: JobQueue
    }

    private func site() async throws -> Site {
        let folder = TemporaryFolder()
        let database = try await Engine.current.open(in: folder, JobsSchema.migrations)
        let events = EventLog(database: database, time: SystemTime(), log: Log(to: SilentSink()))
        let queue = JobQueue(database: database, events: events, time: SystemTime(), log: Log(to: SilentSink()))
        return Site(folder: folder, database: database, events: events, queue: queue)
    }

    @Test("eight producers bring 2,000 durable jobs a second through", arguments: [1, 100])
    func throughput(batch: Int) async throws {
        let site = try await site()
        let total = batch == 1 ? 8_000 : 24_000
        let done = Collected<Int>()
        let worker = JobWorker(
            queue: site.queue, handlers: [Work { _ in { tx in tx.afterCommit { done.add(1) } } }],
            slots: JobSlots(codecs: 100))
        let start = ContinuousClock.now
        try await worker.whileRunning {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for producer in 0..<8 {
                    group.addTask {
                        for first in stride(from: 0, to: total / 8, by: batch) {
                            let specs = (first..<first + batch).map {
                                JobSpec(kind: Plant.variants, subject: "\(producer)-\($0)")
                            }
                            _ = try await site.database.write { try site.queue.enqueue(specs, in: $0) }
                        }
                    }
                }
                try await group.waitForAll()
            }
            while done.all.count < total { try await Task.sleep(for: .milliseconds(1)) }
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        print("MEASURED \(Engine.current.rawValue) \(batch): enqueue+complete \(Int(Double(total) / seconds))/s")
        await site.database.close()
        #expect(Double(total) / seconds >= (batch == 1 || Engine.current == .sqlite ? 2_000 : 3_000))
    }

    @Test("a job starts within 20 ms on an idle server")
    func latency() async throws {
        let site = try await site()
        let begun = StartTimes()
        let worker = JobWorker(
            queue: site.queue,
            handlers: [
                Work { job in
                    begun.note(job.subject)
                    return { _ in }
                }
            ], slots: JobSlots(codecs: 4))
        var waits: [Duration] = []
        try await worker.whileRunning {
            for index in 0..<300 {
                let subject = "image-\(index)"
                let spec = JobSpec(kind: Plant.variants, subject: subject)
                _ = try await site.database.write { try site.queue.enqueue(spec, in: $0) }
                let queued = ContinuousClock.now
                while begun.at(subject) == nil { try await Task.sleep(for: .microseconds(200)) }
                waits.append(begun.at(subject)! - queued)
                try await Task.sleep(for: .milliseconds(3))
            }
        }
        waits.sort()
        print("MEASURED start p50 \(waits[150]) p99 \(waits[296]) max \(waits[299])")
        await site.database.close()
        #expect(waits[296] <= .milliseconds(20))
    }

    @Test("jobs are queued and leased at once behind a million queued ones of another share")
    func longQueue() async throws {
        let site = try await site()
        _ = try await site.database.write { tx in
            try tx.execute(
                """
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)
                INSERT INTO jobs (id, kind, subject, is_about_image, recipe, payload, state, priority, run_at, attempt,
                    max_attempts, crashes, losses, fence, created_at, share, turn)
                SELECT printf('0190%08d-0000-7000-8000-000000000000', i), 'generate-variants', 'image-' || i, 1, '',
                    '{}', 'queued', 10, i, 0, 3, 0, 0, 1, i, 'bulk', i FROM n
                """)
        }
        let holder = LeaseHolder(id: "h", name: "h")
        for share in ["bulk", "single"] {
            let start = ContinuousClock.now
            for index in 0..<1_000 {
                var spec = JobSpec(kind: Plant.variants, subject: "\(share)-\(index)")
                spec.share = share
                let job = spec
                _ = try await site.database.write { try site.queue.enqueue(job, in: $0) }
                _ = try await site.queue.lease([Plant.variants: 1], room: 1, for: holder)
            }
            let time = (ContinuousClock.now - start) / 1_000
            print("MEASURED enqueue and lease behind a million, \(share): \(time)")
            #expect(time < .milliseconds(5))
        }
        await site.database.close()
    }

    @Test("status and lists answer at once beside a million finished jobs")
    func million() async throws {
        let site = try await site()
        _ = try await site.database.write { tx in
            try tx.execute(
                """
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)
                INSERT INTO jobs (id, kind, subject, is_about_image, recipe, payload, state, priority, run_at, attempt,
                    max_attempts, crashes, losses, fence, created_at, finished_at, finished_hour)
                SELECT printf('0190%08d-0000-7000-8000-000000000000', i), 'generate-variants',
                    'image-' || i, 1, '', '{}', CASE WHEN i % 1000 = 0 THEN 'failed' ELSE 'completed' END, 10, i, 1, 3,
                    0, 0, 1, i, i, 1 FROM n
                """)
        }
        for index in 0..<1_000 {
            let spec = JobSpec(kind: Plant.variants, subject: "new-\(index)")
            _ = try await site.database.write { try site.queue.enqueue(spec, in: $0) }
        }
        let holder = LeaseHolder(id: "h", name: "h")
        let calls: [(String, () async throws -> Void)] = [
            ("status", { _ = try await site.queue.status() }),
            ("newest", { _ = try await site.queue.jobs(JobFilter(), limit: 50) }),
            ("failed", { _ = try await site.queue.jobs(JobFilter(state: .failed), limit: 50) }),
            ("queued", { _ = try await site.queue.jobs(JobFilter(state: .queued), limit: 50) }),
            ("kind", { _ = try await site.queue.jobs(JobFilter(kind: Plant.variants), limit: 50) }),
            (
                "kind and state",
                { _ = try await site.queue.jobs(JobFilter(state: .failed, kind: Plant.variants), limit: 50) }
            ),
            ("image", { _ = try await site.queue.jobs(JobFilter(imageID: "image-77"), limit: 50) }),
            ("lease", { _ = try await site.queue.lease([Plant.variants: 4], room: 4, for: holder) }),
            ("heartbeat", { _ = try await site.queue.heartbeat(holder) }),
            ("beats", { _ = try await site.queue.beats() }),
        ]
        for (name, call) in calls {
            try await call()
            let start = ContinuousClock.now
            try await call()
            let time = ContinuousClock.now - start
            print("MEASURED \(name) \(time)")
            #expect(time < .milliseconds(50), "\(name)")
        }
        await site.database.close()
    }
}

private final class StartTimes: Sendable {
    private let times = Mutex<[String: ContinuousClock.Instant]>([:])

    func note(_ subject: String) { times.withLock { $0[subject] = .now } }

    func at(_ subject: String) -> ContinuousClock.Instant? { times.withLock { $0[subject] } }
}
