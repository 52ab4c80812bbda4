internal import Synchronization

/// The one door for signals between the parts of the program and between processes: a database has one, and everything that
/// stands on the database sends and subscribes there.
///
/// A notice of a transaction (`SQLTransaction.notify`) goes out when that transaction is durable, and never after a rollback.
/// In the process that sends it, its subscribers are called directly. With PostgreSQL the notice travels to the others as
/// NOTIFY, in the commit itself; with SQLite, whose file one process owns, there are no others.
package final class Notices: Sendable {
    package typealias Subscriber = @Sendable (NoticeArrival) -> Void

    private struct State {
        var subscribers: [String: [Int: Subscriber]] = [:]
        var next = 0
    }

    private let state = Mutex(State())
    private let isHearing = Atomic<Bool>(true)
    private let isShared = Atomic<Bool>(false)
    /// Takes notices to other processes. Set once, before the database is used.
    private let carrier = Mutex<(@Sendable ([Notice]) -> Void)?>(nil)

    /// What this process is called in what it sends.
    let sender = String(UInt64.random(in: .min ... .max), radix: 36)

    package init() {}

    /// Calls `body` for each notice of the topic from now on, until `unsubscribe` is called with the number that is returned.
    ///
    /// - Important: this keeps what `body` captures. Capture the owner of a database weakly.
    @discardableResult
    package func subscribe(to topic: NoticeTopic, _ body: @escaping Subscriber) -> Int {
        state.withLock { state in
            state.next += 1
            state.subscribers[topic.name, default: [:]][state.next] = body
            return state.next
        }
    }

    package func unsubscribe(_ number: Int) {
        state.withLock { state in
            for topic in state.subscribers.keys { state.subscribers[topic]?[number] = nil }
        }
    }

    /// Sends notices that belong to no transaction, here and to other processes. They may be lost with the connection.
    package func send(_ notices: [Notice]) {
        carry(notices)
        call(notices)
    }

    package func send(_ notice: Notice) { send([notice]) }

    /// The same to other processes only.
    package func sendToOthers(_ notice: Notice) { carry([notice]) }

    /// Whether other processes may share the database.
    package var hasOthers: Bool { isShared.load(ordering: .relaxed) }

    /// Whether notices of other processes arrive. While they do not, nothing may be kept for longer than it may be wrong.
    package var isCurrent: Bool { isHearing.load(ordering: .acquiring) }

    private func carry(_ notices: [Notice]) {
        carrier.withLock { $0 }?(notices)
    }

    private func call(_ notices: [Notice]) {
        let subscribers = state.withLock(\.subscribers)
        for notice in notices {
            for body in subscribers[notice.topic.name, default: [:]].values { body(.text(notice.text)) }
        }
    }
}

// What drivers call.
extension Notices {
    /// Notices of a commit of this process, those of one moment. Equal ones are delivered once.
    func deliver(_ notices: [Notice], at moment: NoticeTopic.Moment) {
        call(Self.distinct(notices.filter { $0.topic.moment == moment }))
    }

    /// Notices of a commit whose outcome is unknown: their subscribers read the rows instead.
    func deliverDoubtful(_ notices: [Notice]) {
        receive(Set(notices.map(\.topic.name)).map { ($0, .missed) })
    }

    static func distinct(_ notices: [Notice]) -> [Notice] {
        guard notices.count > 1 else { return notices }
        var seen = Set<Notice>()
        return notices.filter { seen.insert($0).inserted }
    }

    /// Notices of another process, by the names of their topics.
    func receive(_ arrivals: [(topic: String, arrival: NoticeArrival)]) {
        let subscribers = state.withLock(\.subscribers)
        for (topic, arrival) in arrivals {
            for body in subscribers[topic, default: [:]].values { body(arrival) }
        }
    }

    /// From now on `carrier` takes what is sent to other processes, and `isCurrent` follows `hears`.
    func connect(_ carrier: @escaping @Sendable ([Notice]) -> Void) {
        self.carrier.withLock { $0 = carrier }
        isHearing.store(false, ordering: .releasing)
        isShared.store(true, ordering: .relaxed)
    }

    /// The driver has closed.
    func disconnect() {
        carrier.withLock { $0 = nil }
    }

    /// The connection that brings notices was made or lost. Everyone is called as if it had missed everything: also at the loss,
    /// so that nothing is kept meanwhile.
    func hears(_ isHearing: Bool) {
        // Nothing that was looked up before the call may be kept beyond it.
        if !isHearing { self.isHearing.store(false, ordering: .releasing) }
        defer { if isHearing { self.isHearing.store(true, ordering: .releasing) } }
        let subscribers = state.withLock(\.subscribers)
        for body in subscribers.values.flatMap(\.values) { body(.missed) }
    }
}
