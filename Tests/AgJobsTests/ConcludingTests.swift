import AgBase
import AgModel
import AgSQL
import AgTesting
import Synchronization
import Testing

@testable import AgJobs

@Suite("Writes of the queue", .everyEngine, .timeLimit(.minutes(1)))
struct ConcludingTests {
    /// Notes of each write whether it ends something.
    private final class Watched: ForwardingDatabase {
        let base: any Database
        private let noted = Mutex<[Bool]>([])

        init(_ base: any Database) { self.base = base }

        /// What was noted since the last time.
        func take() -> [Bool] {
            noted.withLock { noted in
                defer { noted = [] }
                return noted
            }
        }

        func write<Value: Sendable>(
            _ body: @escaping @Sendable (any SQLTransaction) throws -> Value
        ) async throws -> Value {
            noted.withLock { $0.append(Concluding.isUnderWay) }
            return try await base.write(body)
        }
    }

    private func with(_ body: (Plant, JobQueue, Watched) async throws -> Void) async throws {
        try await Plant.with { plant in
            let watched = Watched(plant.database)
            let queue = JobQueue(
                database: watched, events: plant.events, time: plant.clock, log: Log(to: SilentSink()),
                settings: JobSettings(), clock: plant.clock)
            try await body(plant, queue, watched)
        }
    }

    @Test("that end jobs or give them back say so, for a full disk must take them")
    func endings() async throws {
        try await with { plant, queue, watched in
            let holder = Plant.holder("one")
            let id = try await plant.enqueue()
            let failing = try await plant.lease()[0]
            try await queue.fail(failing, .failed(JobFailure(.timeout, "timed-out", "Too slow.")), duration: .zero)
            #expect(watched.take() == [true])
            try await plant.queue.retry(id)
            try await queue.cancel(id)
            #expect(watched.take() == [true])
            try await queue.release(holder)
            try await queue.reclaim(from: "gone", lastBeat: 0)
            try await queue.succeed(holder)
            #expect(watched.take() == [true, true, true])
        }
    }

    @Test("that begin, keep or complete something do not")
    func others() async throws {
        try await with { plant, queue, watched in
            let holder = Plant.holder("one")
            try await plant.enqueue()
            let job = try #require(try await queue.lease([Plant.variants: 1], room: 1, for: holder).jobs.first)
            _ = try await queue.heartbeat(holder)
            try await queue.complete(job, duration: .zero) { _ in }
            try await queue.pause(kind: nil)
            try await queue.resume(kind: nil)
            try await queue.trim()
            let noted = watched.take()
            #expect(noted.count >= 6)
            #expect(!noted.contains(true))
        }
    }
}
