package import AgBase
import Synchronization

/// Both clocks of a program, moved by hand.
package final class ManualClock: TimeSource, SteadyClock {
    private struct Sleeper {
        let moment: Duration
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var elapsed: Duration = .zero
        var wall = Timestamp(milliseconds: 1_763_654_400_000)
        var sleepers: [Int: Sleeper] = [:]
        var cancelled: Set<Int> = []
        var next = 0
    }

    private let state = Mutex(State())

    package init() {}

    package func now() -> Timestamp { state.withLock(\.wall) }

    package func elapsed() -> Duration { state.withLock(\.elapsed) }

    /// Whether somebody sleeps.
    package var isWaitedFor: Bool { state.withLock { !$0.sleepers.isEmpty } }

    /// Time goes by.
    package func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.elapsed += duration
            state.wall = state.wall + duration
            let due = state.sleepers.filter { $0.value.moment <= state.elapsed }
            for key in due.keys { state.sleepers[key] = nil }
            return due.values.map(\.continuation)
        }
        for continuation in due { continuation.resume() }
    }

    /// Somebody sets the wall clock.
    package func step(by duration: Duration) {
        state.withLock { $0.wall = $0.wall + duration }
    }

    package func sleep(until moment: Duration) async throws {
        let number = state.withLock { state in
            state.next += 1
            return state.next
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result: Result<Void, any Error>? = state.withLock { state in
                    if state.cancelled.remove(number) != nil { return .failure(CancellationError()) }
                    if moment <= state.elapsed { return .success(()) }
                    state.sleepers[number] = Sleeper(moment: moment, continuation: continuation)
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                let sleeper = state.sleepers.removeValue(forKey: number)
                if sleeper == nil { state.cancelled.insert(number) }
                return sleeper
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Lets time go by in small steps until it is so.
    ///
    /// With `sleepers`, only while at least that many sleep: then no time passes between a waking and what it leads to.
    package func run(sleepers: Int = 0, until isSo: () async throws -> Bool) async rethrows {
        while try await !isSo() {
            if state.withLock({ $0.sleepers.count >= sleepers }) { advance(by: .milliseconds(50)) }
            for _ in 0..<20 { await Task.yield() }
        }
    }
}

/// Does not sleep: gives the other tasks their turn until it is so. The suite's time limit ends a wait in vain.
package func eventually(_ isSo: () async throws -> Bool) async rethrows {
    while try await !isSo() { await Task.yield() }
}
