import AgBase
import AgTesting
import Glibc
import Synchronization
import Testing

@Suite("A promise", .timeLimit(.minutes(1)))
struct PromiseTests {
    @Test("gives its first value to all who wait, before and after it is resolved, and no other")
    func firstValue() async {
        let promise = Promise<Int>()
        let early = (0..<5).map { _ in Task { await promise.value } }
        #expect(promise.resolve(7))
        #expect(!promise.resolve(8))
        for task in early { #expect(await task.value == 7) }
        #expect(await promise.value == 7)
    }

    @Test("is resolved once, however many try")
    func race() async {
        for _ in 0..<100 {
            let promise = Promise<Int>()
            let winners = await withTaskGroup(of: Int?.self) { group in
                for number in 0..<8 { group.addTask { promise.resolve(number) ? number : nil } }
                return await group.reduce(into: [Int]()) { all, number in all += number.map { [$0] } ?? [] }
            }
            #expect(winners.count == 1)
            #expect(await promise.value == winners.first)
        }
    }

    @Test("ends by whoever resolves it first, also when its waiter is cancelled")
    func cancelled() async {
        let promise = Promise<Bool>()
        let waiting = Task {
            await withTaskCancellationHandler {
                await promise.value
            } onCancel: {
                promise.resolve(false)
            }
        }
        waiting.cancel()
        #expect(await waiting.value == false)
        #expect(!promise.resolve(true))
    }
}

@Suite("A signal", .timeLimit(.minutes(1)))
struct SignalTests {
    @Test("that is raised before anybody waits is not lost, and several are one")
    func early() async {
        let signal = Signal()
        let clock = ManualClock()
        for _ in 0..<3 { signal.raise() }
        await signal.wait()
        let second = Mutex(false)
        let waiting = Task {
            await signal.wait(until: .seconds(5), clock)
            second.withLock { $0 = true }
        }
        await eventually { clock.isWaitedFor }
        #expect(!second.withLock { $0 })
        clock.advance(by: .seconds(5))
        await waiting.value
    }

    @Test("ends a wait at once, and so does the end of its task")
    func wakes() async {
        let signal = Signal()
        let clock = ManualClock()
        let ends: [@Sendable (Task<Void, Never>) -> Void] = [{ _ in signal.raise() }, { $0.cancel() }]
        for end in ends {
            let waiting = Task { await signal.wait(until: .seconds(3_600), clock) }
            await eventually { clock.isWaitedFor }
            end(waiting)
            await waiting.value
            #expect(!clock.isWaitedFor)
        }
    }
}

@Suite("An event descriptor", .timeLimit(.minutes(1)))
struct EventDescriptorTests {
    @Test("wakes a thread that waits for it, and is quiet again when the signal is taken")
    func wakes() async throws {
        let event = EventDescriptor(adopting: try Self.eventfd())
        #expect(!event.take())
        event.wait(atMost: .milliseconds(1))
        let woken = Promise<Void>()
        NamedThread.start("waits") {
            event.wait()
            woken.resolve()
        }
        event.signal()
        await woken.value
        #expect(event.take())
        #expect(!event.take())
    }

    /// glibc's module map leaves eventfd(2) out, and the C doors that have it are other modules'.
    private static func eventfd() throws -> Int32 {
        let made = dlsym(nil, "eventfd").map {
            unsafeBitCast($0, to: (@convention(c) (UInt32, Int32) -> Int32).self)(0, O_NONBLOCK | O_CLOEXEC)
        }
        return try #require(made)
    }
}
