import Synchronization

/// Work that several callers want at one time and that is done once.
///
/// Whoever asks while it is under way waits for the same outcome. A caller that is cancelled leaves at once; the last
/// one to leave cancels the work.
final class SharedWork<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Work {
        let number: Int
        let task: Task<Void, Never>
        var waiting: [Int: CheckedContinuation<Value, any Error>]
    }

    private struct State {
        var works: [Key: Work] = [:]
        /// Callers that were cancelled before they could wait.
        var gone: Set<Int> = []
        var last = 0

        mutating func number() -> Int {
            last += 1
            return last
        }
    }

    /// So many different works may be under way; one more is refused.
    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) {
        self.limit = limit
    }

    /// Different works under way.
    var count: Int { state.withLock { $0.works.count } }
    /// Callers that wait for any of them.
    var waitingCount: Int { state.withLock { $0.works.values.reduce(0) { $0 + $1.waiting.count } } }

    /// The outcome of the work of that key, which is begun unless it is under way.
    ///
    /// Throws what the work throws, `CancellationError`, or `TooMuchWork`.
    func value(_ key: Key, _ make: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let caller = state.withLock { $0.number() }
        // A cancellation that came too late to matter has left its number.
        defer { state.withLock { _ = $0.gone.remove(caller) } }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                if let refusal = join(key, caller, continuation, make) { continuation.resume(throwing: refusal) }
            }
        } onCancel: {
            leave(key, caller)
        }
    }

    /// Returns why the caller cannot wait; else the continuation is kept.
    private func join(
        _ key: Key, _ caller: Int, _ continuation: CheckedContinuation<Value, any Error>,
        _ make: @escaping @Sendable () async throws -> Value
    ) -> (any Error)? {
        state.withLock { state in
            if state.gone.remove(caller) != nil { return CancellationError() }
            if state.works[key] != nil {
                state.works[key]?.waiting[caller] = continuation
                return nil
            }
            guard state.works.count < limit else { return TooMuchWork() }
            let number = state.number()
            // It ends by itself or by the last caller's leaving; `finish` finds those who wait for it.
            let task = Task { await self.run(key, number, make) }
            state.works[key] = Work(number: number, task: task, waiting: [caller: continuation])
            return nil
        }
    }

    @concurrent
    private func run(_ key: Key, _ number: Int, _ make: @Sendable () async throws -> Value) async {
        let result: Result<Value, any Error>
        do {
            result = .success(try await make())
        } catch {
            result = .failure(error)
        }
        let waiting = state.withLock { state in
            // Everybody may have left, and others may have begun it again.
            guard state.works[key]?.number == number else { return [CheckedContinuation<Value, any Error>]() }
            return state.works.removeValue(forKey: key).map { Array($0.waiting.values) } ?? []
        }
        for continuation in waiting { continuation.resume(with: result) }
    }

    private func leave(_ key: Key, _ caller: Int) {
        let left = state.withLock { state -> (CheckedContinuation<Value, any Error>?, Task<Void, Never>?) in
            guard let continuation = state.works[key]?.waiting.removeValue(forKey: caller) else {
                // Not waiting yet, or answered already.
                state.gone.insert(caller)
                return (nil, nil)
            }
            guard state.works[key]?.waiting.isEmpty == true else { return (continuation, nil) }
            return (continuation, state.works.removeValue(forKey: key)?.task)
        }
        left.0?.resume(throwing: CancellationError())
        left.1?.cancel()
    }
}

/// As much as may be is under way.
struct TooMuchWork: Error {}
