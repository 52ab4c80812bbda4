import AgBase
import Synchronization

/// Work that several callers want at one time and that is done once.
///
/// Whoever asks while it is under way waits for the same outcome. A caller that is cancelled leaves at once; the last
/// one to leave cancels the work. So many works run at a time; the others wait in a line that gives every caller its
/// turn, and a work that several want has its turn with the first of them.
final class SharedWork<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private typealias Body = @Sendable () async throws -> Value

    private struct Work {
        let number: Int
        let make: Body
        /// Whose seat it has.
        let owner: Caller
        /// Those in whose turn it may begin.
        var callers: Set<Caller>
        /// `nil` while it waits for its turn.
        var task: Task<Void, Never>?
        var waiting: [Int: CheckedContinuation<Value, any Error>]
    }

    /// A work's place in the line; a work that several callers want has several.
    private struct Place {
        let key: Key
        let number: Int
    }

    private struct State {
        var works: [Key: Work] = [:]
        var slots: FairSlots<Place>
        var seats: FairSeats
        /// Callers that were cancelled before they could wait.
        var gone: Set<Int> = []
        var last = 0

        mutating func number() -> Int {
            last += 1
            return last
        }

        /// Ends a work for those that wait for it, and frees its seat.
        mutating func remove(_ key: Key) -> Work? {
            guard let work = works.removeValue(forKey: key) else { return nil }
            seats.free(work.owner)
            return work
        }
    }

    private let state: Mutex<State>

    /// - Parameters:
    ///   - limit: different works that run or wait; see `FairSeats`.
    ///   - slots: how many of them run at a time.
    init(limit: Int, slots: Int = .max) {
        state = Mutex(State(slots: FairSlots(slots), seats: FairSeats(limit)))
    }

    /// Different works under way.
    var count: Int { state.withLock { $0.works.count } }
    /// Callers that wait for any of them.
    var waitingCount: Int { state.withLock { $0.works.values.reduce(0) { $0 + $1.waiting.count } } }

    /// The outcome of the work of that key, which is begun unless it is under way.
    ///
    /// Throws what the work throws, `CancellationError`, or `TooMuchWork`.
    func value(
        _ key: Key, for caller: Caller = .server, _ make: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let number = state.withLock { $0.number() }
        // A cancellation that came too late to matter has left its number.
        defer { state.withLock { _ = $0.gone.remove(number) } }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                if let refusal = join(key, caller, number, continuation, make) {
                    continuation.resume(throwing: refusal)
                }
            }
        } onCancel: {
            leave(key, number)
        }
    }

    /// Returns why the caller cannot wait; else the continuation is kept.
    private func join(
        _ key: Key, _ caller: Caller, _ number: Int, _ continuation: CheckedContinuation<Value, any Error>,
        _ make: @escaping Body
    ) -> (any Error)? {
        state.withLock { state in
            if state.gone.remove(number) != nil { return CancellationError() }
            if let work = state.works[key] {
                state.works[key]?.waiting[number] = continuation
                // It has its turn with this caller, if that comes first.
                if work.task == nil, !work.callers.contains(caller) {
                    state.works[key]?.callers.insert(caller)
                    state.slots.add(Place(key: key, number: work.number), for: caller)
                }
                return nil
            }
            guard state.seats.take(caller) else { return TooMuchWork() }
            let new = state.number()
            state.works[key] = Work(
                number: new, make: make, owner: caller, callers: [caller], waiting: [number: continuation])
            state.slots.add(Place(key: key, number: new), for: caller)
            begin(&state)
            return nil
        }
    }

    /// Begins works while there are slots for them.
    private func begin(_ state: inout State) {
        while let (place, caller) = state.slots.next() {
            guard let work = state.works[place.key], work.number == place.number, work.task == nil else {
                // Begun with another caller, or nobody waits any more.
                state.slots.ended(caller, used: .zero)
                continue
            }
            // It ends by itself or by the last caller's leaving; `finish` finds those who wait for it.
            state.works[place.key]?.task = Task { await self.run(place, caller, work.make) }
        }
    }

    @concurrent
    private func run(_ place: Place, _ caller: Caller, _ make: Body) async {
        let start = ContinuousClock.now
        let result: Result<Value, any Error>
        do {
            result = .success(try await make())
        } catch {
            result = .failure(error)
        }
        let waiting = finish(place, caller, .now - start)
        for continuation in waiting { continuation.resume(with: result) }
    }

    private func finish(
        _ place: Place, _ caller: Caller, _ used: Duration
    ) -> [CheckedContinuation<Value, any Error>] {
        state.withLock { state in
            state.slots.ended(caller, used: used)
            defer { begin(&state) }
            // Everybody may have left, and others may have begun it again.
            guard state.works[place.key]?.number == place.number else { return [] }
            return state.remove(place.key).map { Array($0.waiting.values) } ?? []
        }
    }

    private func leave(_ key: Key, _ number: Int) {
        let left = state.withLock { state -> (CheckedContinuation<Value, any Error>?, Task<Void, Never>?) in
            guard let continuation = state.works[key]?.waiting.removeValue(forKey: number) else {
                // Not waiting yet, or answered already.
                state.gone.insert(number)
                return (nil, nil)
            }
            guard state.works[key]?.waiting.isEmpty == true else { return (continuation, nil) }
            let work = state.remove(key)
            if let work, work.task == nil { state.slots.remove { $0.number == work.number } }
            return (continuation, work?.task)
        }
        left.0?.resume(throwing: CancellationError())
        left.1?.cancel()
    }
}

/// As much as may be is under way.
struct TooMuchWork: Error {}
