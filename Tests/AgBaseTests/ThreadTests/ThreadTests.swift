import AgBase
import AgTesting
import Glibc
import Testing

private struct Broken: Error, Equatable {}

/// The kernel's name of the thread that asks.
private func threadName() -> String {
    guard let file = try? OpenFile(reading: "/proc/thread-self/comm"), let bytes = try? file.read(at: 0, count: 64)
    else {
        return ""
    }
    return String(decoding: bytes.filter { $0 != 10 }, as: UTF8.self)
}

@Suite("Threads of our own", .timeLimit(.minutes(1)))
struct ThreadTests {
    @Test("Blocking work runs on a thread of the pool, and its answer or error comes back")
    func pool() async throws {
        let pool = BlockingPool(threads: 2, name: "test-pool")
        #expect(try await pool.run { threadName() }.hasPrefix("test-pool-"))
        await #expect(throws: Broken()) { try await pool.run { throw Broken() } }
    }

    @Test("As many calls block at once as there are threads")
    func width() async throws {
        let pool = BlockingPool(threads: 3, name: "wide")
        // Each waits for the other two: with fewer threads nobody would get through.
        let meeting = Meeting(of: 3)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 { group.addTask { try await pool.run { meeting.wait() } } }
            try await group.waitForAll()
        }
    }

    @Test("The pool is a preference that async functions follow")
    func preference() async {
        let pool = BlockingPool(threads: 1, name: "preferred")
        let name = await withTaskExecutorPreference(pool) { await nameSomewhere() }
        #expect(name == "preferred-0")
    }

    @concurrent private func nameSomewhere() async -> String { threadName() }

    @Test("Every piece of work is done once, in a long queue too")
    func queue() async throws {
        let pool = BlockingPool(threads: 2, name: "queue")
        let done = Collected<Int>()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<5_000 { group.addTask { try await pool.run { done.add(number) } } }
            try await group.waitForAll()
        }
        #expect(done.all.sorted() == Array(0..<5_000))
    }
}

/// Lets nobody go on before all are there.
private final class Meeting: Sendable {
    // Initialised once and only used through pthread calls, which are made for many threads.
    nonisolated(unsafe) private let barrier = UnsafeMutablePointer<pthread_barrier_t>.allocate(capacity: 1)

    init(of count: UInt32) {
        pthread_barrier_init(barrier, nil, count)
    }

    deinit {
        pthread_barrier_destroy(barrier)
        barrier.deallocate()
    }

    func wait() {
        pthread_barrier_wait(barrier)
    }
}
