import Synchronization

/// Lets so many calls through at a time, in the order of a `FairLine`; the others wait, and too many are refused.
///
/// For work whose callers must not hold up one another: one caller's hundred calls wait behind each other, and the first
/// call of another comes next.
package final class FairGate: Sendable {
    private struct State {
        var slots: FairSlots<Int>
        var seats: FairSeats
        var waiting: [Int: CheckedContinuation<Void, any Error>] = [:]
        /// Calls that were cancelled before they could wait.
        var gone: Set<Int> = []
        /// Places in the line whose calls were cancelled.
        var stale = 0
        var last = 0
    }

    private let state: Mutex<State>

    /// - Parameters:
    ///   - slots: calls at a time.
    ///   - seats: calls that run or wait.
    package init(slots: Int, seats: Int) {
        state = Mutex(State(slots: FairSlots(slots), seats: FairSeats(seats)))
    }

    package var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Runs `body` when it is the caller's turn. Throws `GateFull`, `CancellationError`, or what `body` throws.
    package func pass<Value: Sendable>(
        _ caller: Caller, _ body: () async throws -> Value
    ) async throws -> Value {
        guard state.withLock({ $0.seats.take(caller) }) else { throw GateFull() }
        defer { state.withLock { $0.seats.free(caller) } }
        try await turn(of: caller)
        let start = ContinuousClock.now
        defer { leave(caller, after: .now - start) }
        return try await body()
    }

    private func turn(of caller: Caller) async throws {
        let number = state.withLock { state in
            state.last += 1
            return state.last
        }
        // A cancellation that came too late to matter has left its number.
        defer { state.withLock { _ = $0.gone.remove(number) } }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let next = state.withLock { state -> [(CheckedContinuation<Void, any Error>, Bool)] in
                    if state.gone.remove(number) != nil { return [(continuation, true)] }
                    state.waiting[number] = continuation
                    state.slots.add(number, for: caller)
                    return Self.begin(&state).map { ($0, false) }
                }
                for (continuation, isGone) in next { Self.answer(continuation, isGone) }
            }
        } onCancel: {
            cancel(number)
        }
    }

    private static func answer(_ continuation: CheckedContinuation<Void, any Error>, _ isGone: Bool) {
        if isGone { continuation.resume(throwing: CancellationError()) } else { continuation.resume() }
    }

    private func cancel(_ number: Int) {
        let continuation = state.withLock { state -> CheckedContinuation<Void, any Error>? in
            guard let waiting = state.waiting.removeValue(forKey: number) else {
                state.gone.insert(number)
                return nil
            }
            state.stale += 1
            // All at once: to look for each would take long in a long line.
            if state.stale > 64 + state.waiting.count {
                let waiting = state.waiting
                state.slots.remove { waiting[$0] == nil }
                state.stale = 0
            }
            return waiting
        }
        continuation?.resume(throwing: CancellationError())
    }

    private func leave(_ caller: Caller, after used: Duration) {
        let next = state.withLock { state in
            state.slots.ended(caller, used: used)
            return Self.begin(&state)
        }
        for continuation in next { continuation.resume() }
    }

    private static func begin(_ state: inout State) -> [CheckedContinuation<Void, any Error>] {
        var begun: [CheckedContinuation<Void, any Error>] = []
        while let (number, caller) = state.slots.next() {
            guard let continuation = state.waiting.removeValue(forKey: number) else {
                state.stale -= 1
                state.slots.ended(caller, used: .zero)
                continue
            }
            begun.append(continuation)
        }
        return begun
    }
}

/// As many of this caller's calls wait as may.
package struct GateFull: Error {}

extension GateFull: TellsFault {
    package var fault: Fault {
        Fault(
            .unavailable, "too-many-waiting",
            "As many calls of this caller wait already as may; ask again after Retry-After.", retryAfter: .seconds(1))
    }
}
