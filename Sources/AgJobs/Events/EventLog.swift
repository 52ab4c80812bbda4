package import AgBase
package import AgModel
package import AgSQL
internal import Synchronization

/// The durable list of everything that changed, in commit order, and the live stream of it.
///
/// One pump reads what is new and hands the same value to every subscriber, so ten thousand cost one query.
package final class EventLog: Sendable {
    struct State {
        var subscribers: [Int: Subscriber] = [:]
        var nextNumber = 0
        /// The newest event that live subscribers were offered.
        var position: Int64 = 0
        var isPumping = false
        /// Something was committed since the pump last looked.
        var isBehind = false
    }

    let database: any Database
    let settings: EventSettings
    let clock: any SteadyClock
    let hours: ServiceHours
    /// Pages that are read for those who come late: one caller's thousand listeners wait behind each other. Their number
    /// has no limit of its own, because each holds a connection.
    let replays = FairGate(slots: 1, seats: 1_000_000)
    private let time: any TimeSource
    private let log: Log
    private let state = Mutex(State())

    package init(
        database: any Database, time: any TimeSource, log: Log, settings: EventSettings = EventSettings(),
        clock: any SteadyClock = SystemSteadyClock()
    ) {
        self.database = database
        self.time = time
        self.settings = settings
        self.clock = clock
        self.log = log
        hours = ServiceHours(clock: clock)
        subscribe()
    }

    /// Adds an event to the caller's transaction, which writes it at its end. `data` is the text of a JSON object.
    package func append(_ type: EventType, about subject: EventSubject?, data: String, in tx: any SQLTransaction) {
        tx.tail(LogTail.self).add(type, subject, data: data, at: time.now())
        tx.notify(Notice(.events))
        if let subject { tx.notify(Notice(.changed(subject.kind), subject.id)) }
    }

    /// From now on calls the listener with the id of each thing of this kind that something happened to, and with `nil` when
    /// anything may have happened to any of them. For caches: it is called before the one who did it in this process is
    /// answered, and must be quick. What another process did is known as soon as its notice arrives.
    package func whenChanged(_ kind: EventSubject.Kind, _ listener: @escaping @Sendable (String?) -> Void) {
        database.notices.subscribe(to: .changed(kind)) { arrival in
            switch arrival {
            case .text(let id): listener(id)
            case .missed: listener(nil)
            }
        }
    }

    /// Sends an event to the listeners of all processes: no number, no row, lost for those who do not listen now. For progress.
    package func publishLive(_ type: EventType, about subject: EventSubject?, data: String) {
        let live = Notice(.live, LiveEvent.text(type, subject, data))
        database.notices.send((subject.map { [Notice(.changed($0.kind), $0.id)] } ?? []) + [live])
    }

    private func subscribe() {
        // Weakly: the database keeps its subscribers, and this keeps the database.
        database.notices.subscribe(to: .events) { [weak self] _ in self?.wake() }
        database.notices.subscribe(to: .live) { [weak self] arrival in
            if case .text(let text) = arrival { self?.offerLive(text) }
        }
    }

    private func offerLive(_ text: String) {
        let live = state.withLock { Array($0.subscribers.values) }
        guard !live.isEmpty, let event = LiveEvent.read(text, at: time.now()) else { return }
        for subscriber in live { subscriber.offer(event) }
    }

    /// Everything after `sequence` that the filter wants, then what comes; `nil` begins with what comes.
    ///
    /// Begins with `resync` when the log no longer reaches back that far, or never reached there.
    package func subscribe(
        after sequence: Int64?, filter: EventFilter = EventFilter(), for caller: Caller = .server
    ) async throws -> EventSubscription {
        let (oldest, latest) = try await database.read(.lookUp) { try EventPage.bounds($0) }
        // Not `sequence + 1`: the number is a stranger's and may be the largest there is.
        let isTooLate = sequence.map { $0 < oldest - 1 || $0 > latest } ?? false
        let start = isTooLate ? latest : sequence ?? latest
        let subscriber = Subscriber(after: start, isTooLate: isTooLate, filter: filter, capacity: settings.buffer)
        let number = state.withLock { state in
            state.nextNumber += 1
            state.subscribers[state.nextNumber] = subscriber
            return state.nextNumber
        }
        // Who wants only what comes must be served from this moment on, also before it first asks.
        if start == latest { goLive(subscriber) }
        return EventSubscription(self, subscriber, number: number, caller: caller)
    }

    /// The number of the newest event; 0 before the first.
    package func latestSequence() async throws -> Int64 {
        try await database.read(.lookUp) { try EventPage.bounds($0).latest }
    }

    /// How many listen now.
    package var subscriberCount: Int { state.withLock(\.subscribers.count) }

    func report(_ sentence: StaticString, _ error: any Error) {
        log.warning(sentence, ["error": "\(error)"])
    }

    func forget(_ number: Int) {
        state.withLock { $0.subscribers[number] = nil }
    }
}

// The pump and the replay: both read pages of the log, one for all and one for each.
extension EventLog {
    /// Something was committed, here or elsewhere.
    func wake() {
        let mustStart = state.withLock { state in
            state.isBehind = true
            guard !state.isPumping, state.subscribers.values.contains(where: \.isLive) else { return false }
            state.isPumping = true
            return true
        }
        // Ends by itself as soon as everybody has been told.
        if mustStart { Task { await pump() } }
    }

    private func pump() async {
        while let position = state.withLock({ Self.nextRound(&$0) }) {
            do {
                try await offer(after: position)
            } catch {
                report("the event log could not be read", error)
                state.withLock { $0.isPumping = false }
                return
            }
        }
    }

    private static func nextRound(_ state: inout State) -> Int64? {
        guard state.isBehind, !state.subscribers.isEmpty else {
            state.isPumping = false
            return nil
        }
        state.isBehind = false
        return state.position
    }

    private func offer(after position: Int64) async throws {
        // Live listeners do not wait for lists, nor for those that replay.
        let page = try await page(after: position, .lookUp)
        guard let last = page.last else { return }
        let subscribers = state.withLock { state in
            state.position = max(state.position, last)
            if page.isFull { state.isBehind = true }
            return Array(state.subscribers.values)
        }
        for subscriber in subscribers {
            for event in page.events { subscriber.offer(event) }
        }
    }

    /// Hands a subscriber the next page, or makes it live when there is none. So it is live only when it has taken
    /// all of its replay: until then nothing is pushed to it, and it cannot fall behind.
    func replay(to subscriber: Subscriber, after position: Int64) async throws {
        let page = try await page(after: position, .query)
        guard position + 1 >= page.oldest else { return subscriber.skip(to: page.latest) }
        subscriber.replay(page)
        if page.last == nil { goLive(subscriber) }
    }

    /// From now on the pump serves it. What was committed since it last read comes with the pump's next round.
    private func goLive(_ subscriber: Subscriber) {
        state.withLock { state in
            let isFirst = !state.subscribers.values.contains(where: \.isLive)
            subscriber.goLive { position in
                // With no one live and no page on its way, the pump's place is wherever this one has read to. With a page
                // on its way, events before that page were offered to others and not to this one: it reads them first.
                if isFirst, !state.isPumping { state.position = position }
                return position >= state.position
            }
        }
        wake()
    }

    private func page(after position: Int64, _ kind: ReadKind) async throws -> EventPage {
        let count = settings.page
        return try await database.read(kind) { try EventPage.read(after: position, count, $0) }
    }
}
