internal import Synchronization

/// A value that comes once, for all who wait for it: the first of several results, the end of a thread.
package final class Promise<Value: Sendable>: Sendable {
    private enum State {
        case pending([CheckedContinuation<Value, Never>])
        case resolved(Value)
    }

    private let state = Mutex(State.pending([]))

    package init() {}

    /// The first call counts. False when there is a value already: that one stays.
    @discardableResult
    package func resolve(_ value: Value) -> Bool {
        let waiting = state.withLock { state -> [CheckedContinuation<Value, Never>]? in
            guard case .pending(let waiting) = state else { return nil }
            state = .resolved(value)
            return waiting
        }
        for continuation in waiting ?? [] { continuation.resume(returning: value) }
        return waiting != nil
    }

    /// Waits for the value, also when the task is cancelled: who shall not wait any longer resolves it.
    package var value: Value {
        get async {
            await withCheckedContinuation { continuation in
                let known = state.withLock { state -> Value? in
                    switch state {
                    case .resolved(let value): return value
                    case .pending(let waiting):
                        state = .pending(waiting + [continuation])
                        return nil
                    }
                }
                if let known { continuation.resume(returning: known) }
            }
        }
    }
}

extension Promise where Value == Void {
    @discardableResult
    package func resolve() -> Bool { resolve(()) }
}
