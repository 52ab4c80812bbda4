internal import AgBase
internal import CPostgres
internal import Synchronization

/// The one connection of a process that brings it the other processes' notices and takes its own to them.
///
/// It asks the server for a sign of life each second, so that a network that swallows everything is noticed within a few seconds:
/// then subscribers are called as if they had missed everything, and again when the connection is back.
/// Notices of a commit do not go this way: they travel with the commit itself.
final class PostgresListener: Sendable {
    private struct State {
        var outgoing: [Notice] = []
        var isClosed = false
    }

    /// Notices that wait while the server is away; what comes beyond is dropped, as those who miss it reconnect as well.
    private static let capacity = 10_000

    private let connector: PostgresConnector
    private let notices: Notices
    private let outage: PostgresOutage
    private let wakeUp: PostgresInterrupt
    private let state = Mutex(State())
    private let ended = Promise<Void>()

    /// - Parameters:
    ///   - connector: of the database whose notices these are.
    ///   - outage: learns when the server falls silent.
    init(_ connector: PostgresConnector, _ notices: Notices, _ outage: PostgresOutage) throws {
        var settings = connector.settings
        settings.writeLimit = settings.signOfLife * 2
        settings.networkSlack = settings.signOfLife
        self.connector = PostgresConnector(url: connector.url, settings: settings)
        self.notices = notices
        self.outage = outage
        wakeUp = try PostgresInterrupt()
        notices.connect { [weak self] in self?.send($0) }
        NamedThread.start("sql-listen") { [self] in work() }
    }

    /// Gives the connection up soon.
    func refuse() {
        notices.disconnect()
        state.withLock { $0.isClosed = true }
        wakeUp.raise()
    }

    /// Gives it up and waits for that. May be called again.
    func close() async {
        refuse()
        await ended.value
    }

    private func send(_ some: [Notice]) {
        state.withLock { state in
            if state.outgoing.count < Self.capacity { state.outgoing += some }
        }
        wakeUp.raise()
    }

    private var isClosed: Bool { state.withLock(\.isClosed) }

    // MARK: On its thread

    private func work() {
        var pause = Duration.milliseconds(100)
        while !isClosed {
            do {
                try listen { pause = .milliseconds(100) }
            } catch {
                // The next read or write reports why the server cannot be reached.
                if error as? SQLError == .silent { outage.fellSilent() }
                if notices.isCurrent { notices.hears(false) }
                rest(for: pause * Double.random(in: 0.75...1.25))
                pause = min(pause * 2, .seconds(2))
            }
        }
        ended.resolve()
    }

    /// Sleeps, unless it is time to close.
    private func rest(for pause: Duration) {
        let end = ContinuousClock.now + pause
        while !isClosed, .now < end {
            wakeUp.wait(atMost: end - .now)
            wakeUp.lower()
        }
    }

    private func listen(_ succeeded: () -> Void) throws {
        let connection = try connector.connect(.writer)
        // A notice is not worth waiting for the server's disk.
        try connection.execute("SET synchronous_commit = off")
        let channel: String? = try connection.value("SELECT \(raw: PostgresChannel.name)")
        try connection.finish("LISTEN \"\(channel ?? "argentum")\"")
        succeeded()
        notices.hears(true)
        while !isClosed {
            try pass(on: connection)
            let isQuiet = try !connection.waitForNotifications(or: wakeUp, atMost: connector.settings.signOfLife)
            if isQuiet { try connection.execute("SELECT 1") }
        }
    }

    /// Sends what waits, and hands out what came: in this order, because what comes while something is sent is read with its answer,
    /// and then nothing is left on the socket to wake up for.
    private func pass(on connection: PostgresConnection) throws {
        wakeUp.lower()
        let some = state.withLock { state in
            defer { state.outgoing = [] }
            return state.outgoing
        }
        for payload in NoticePayload.pack(some, from: notices.sender) {
            try connection.execute("SELECT pg_notify(\(raw: PostgresChannel.name), \(payload))")
        }
        for payload in connection.takeNotifications() {
            notices.receive(NoticePayload.unpack(payload, unlessFrom: notices.sender))
        }
    }
}

/// The channel of NOTIFY that the processes of one installation share: several may live in one database, each in a schema.
enum PostgresChannel {
    /// An expression.
    static let name = "'argentum_' || md5(current_schema())"

    /// A statement that sends with the commit of the transaction that it is in. It takes no values, so that it can be queued.
    static func notify(_ payload: String) -> String {
        let quoted = payload.map { $0 == "'" || $0 == "\\" ? "\($0)\($0)" : "\($0)" }.joined()
        return "SELECT pg_notify(\(name), E'\(quoted)')"
    }
}
