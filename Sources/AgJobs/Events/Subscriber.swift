internal import AgBase
internal import AgModel
internal import Synchronization

/// One listener's place: what waits for it, and how far it has read.
final class Subscriber: Sendable {
    enum Turn {
        case message(EventMessage)
        /// Read the log after this number, then ask again.
        case replay(after: Int64)
        case wait
        case end
    }

    private struct State {
        var waiting: [Event] = []
        var head = 0
        var position: Int64
        var isLive = false
        var hasOverflowed = false
        /// The log was trimmed past the place where the listener wanted to begin.
        var isTooLate = false
        var hasEnded = false
    }

    let filter: EventFilter
    private let capacity: Int
    private let state: Mutex<State>
    private let signal = Signal()

    init(after position: Int64, isTooLate: Bool, filter: EventFilter, capacity: Int) {
        self.filter = filter
        self.capacity = max(1, capacity)
        state = Mutex(State(position: position, isTooLate: isTooLate))
    }

    /// From now on the pump serves it, if `hasCaughtUp` with the pump at the place it has read to.
    func goLive(if hasCaughtUp: (Int64) -> Bool) {
        state.withLock { state in
            if !state.isLive { state.isLive = hasCaughtUp(state.position) }
        }
    }

    var isLive: Bool { state.withLock(\.isLive) }

    /// From the pump: a live event, or one of the log in its order.
    func offer(_ event: Event) {
        let isNews = state.withLock { state in
            guard state.isLive else { return false }
            return take(event, &state)
        }
        if isNews { signal.raise() }
    }

    /// From the table, before going live.
    func replay(_ page: EventPage) {
        state.withLock { state in
            for event in page.events { _ = take(event, &state, isBounded: false) }
            state.position = max(state.position, page.last ?? 0)
        }
    }

    /// The log was trimmed under the reader's feet.
    func skip(to latest: Int64) {
        state.withLock { state in
            state.isTooLate = true
            state.position = max(state.position, latest)
        }
    }

    private func take(_ event: Event, _ state: inout State, isBounded: Bool = true) -> Bool {
        if let sequence = event.sequence {
            guard sequence > state.position else { return false }
            state.position = sequence
        }
        guard filter.wants(event), !state.hasOverflowed else { return false }
        if isBounded, state.waiting.count - state.head >= capacity {
            // A progress message too many is no loss; a numbered event is.
            guard event.sequence != nil else { return false }
            state.hasOverflowed = true
            state.waiting = []
            state.head = 0
        } else {
            state.waiting.append(event)
        }
        return true
    }

    func turn() -> Turn {
        state.withLock { state in
            if state.hasEnded { return .end }
            if state.isTooLate || state.hasOverflowed {
                state.isTooLate = false
                state.hasOverflowed = false
                return .message(.resync(latest: state.position))
            }
            if state.head < state.waiting.count { return .message(.event(pop(&state))) }
            return state.isLive ? .wait : .replay(after: state.position)
        }
    }

    private func pop(_ state: inout State) -> Event {
        let event = state.waiting[state.head]
        state.head += 1
        if state.head == state.waiting.count {
            state.waiting.removeAll(keepingCapacity: state.waiting.count <= 16)
            state.head = 0
        }
        return event
    }

    func wait() async {
        await signal.wait()
    }

    func end() {
        state.withLock { $0.hasEnded = true }
        signal.raise()
    }
}
