internal import AgBase
internal import CPostgres
internal import Glibc

/// One connection to a PostgreSQL server, always in libpq's pipeline mode. Used by one thread at a time.
///
/// Statements that have nothing to answer (`BEGIN`, `SAVEPOINT`) are queued and travel with the next one that has, so that
/// a read of one statement costs one round trip. Source: https://www.postgresql.org/docs/current/libpq-pipeline-mode.html
@safe
final class PostgresConnection {
    /// What is to come back for something that was sent, in this order.
    private enum Expected {
        /// The outcome of preparing a statement.
        case prepared(PostgresStatements.Key)
        /// Counts only when it failed.
        case quiet(String)
        case answer(String)
        case sync

        var text: String {
            switch self {
            case .prepared(let key): key.text
            case .quiet(let text), .answer(let text): text
            case .sync: ""
            }
        }
    }

    /// Stops a reader's query; raised by other threads.
    let interrupt: PostgresInterrupt
    private let handle: OpaquePointer
    private let settings: PostgresSettings
    /// Whether a server that takes no writes any more has to be left for another connection.
    var isForWriting = false
    /// The most time for an answer; `nil` where it may take as long as it needs.
    var patience: Duration?
    /// What tells of the server's silence; `nil` for a connection that nothing else watches.
    var outage: PostgresOutage?
    /// When the server answered last.
    private(set) var heardAt = ContinuousClock.now
    /// When something was sent last.
    private var sentAt = ContinuousClock.now
    /// When the server is given up as dead, for what was sent last.
    private var giveUp: ContinuousClock.Instant?
    private var statements: PostgresStatements
    private var expected: [Expected] = []
    private var wasCancelled = false
    private(set) var isBroken = false

    /// - Parameter handle: connected, non-blocking and in pipeline mode.
    init(adopting handle: OpaquePointer, _ settings: PostgresSettings) throws {
        unsafe self.handle = unsafe handle
        self.settings = settings
        statements = PostgresStatements(capacity: settings.statements)
        do {
            interrupt = try PostgresInterrupt()
        } catch {
            unsafe PQfinish(handle)
            throw error
        }
    }

    deinit {
        unsafe PQfinish(handle)
    }

    /// Whether it can serve another caller: a cancelled one cannot, since the cancellation may arrive late and hit the
    /// next query.
    var isReusable: Bool { !isBroken && !wasCancelled }

    var serverVersion: Int { unsafe Int(PQserverVersion(handle)) }

    // MARK: Sending

    /// Sends with the next statement that waits for an answer.
    func queue(_ text: String) throws {
        try sent(unsafe PQsendQueryParams(handle, text, 0, nil, nil, nil, nil, 1))
        expected.append(.quiet(text))
    }

    /// Sends what is queued without waiting for the outcome, which the next call meets.
    func push() throws {
        try synchronize()
        try flush()
    }

    /// Sends a statement and everything queued before it, and waits for all of it.
    func answer(to sql: SQL) throws -> PostgresResult {
        let text = sql.text(for: .postgres)
        if wasCancelled || interrupt.isLate { throw SQLError(.timedOut, "The read took too long.", statement: text) }
        let parameters: PostgresParameters
        do {
            parameters = try PostgresParameters(sql.values)
        } catch let error as SQLError {
            throw SQLError(error.code, error.message, statement: text)
        }
        try send(text, parameters)
        try synchronize()
        guard let result = try receive() else { throw broken("The server answered less than it was asked.") }
        return result
    }

    /// Sends a statement without values and waits for its end; what fails before it fails this call.
    func finish(_ text: String) throws {
        try queue(text)
        try synchronize()
        _ = try receive()
    }

    private func send(_ text: String, _ parameters: PostgresParameters) throws {
        let key = PostgresStatements.Key(text: text, types: parameters.types)
        let name = try name(of: key)
        try sent(
            unsafe parameters.lend { count, values, lengths, formats in
                unsafe PQsendQueryPrepared(handle, name, count, values, lengths, formats, 1)
            })
        expected.append(.answer(text))
    }

    /// The prepared statement's name; prepares it on the way when it is new.
    private func name(of key: PostgresStatements.Key) throws -> String {
        if let known = statements.use(key) { return known }
        if let old = statements.evict() { try queue("DEALLOCATE \(old)") }
        let name = statements.newName()
        try sent(unsafe PQsendPrepare(handle, name, key.text, Int32(key.types.count), key.types))
        expected.append(.prepared(key))
        statements.prepare(key, name)
        return name
    }

    private func synchronize() throws {
        sentAt = .now
        giveUp = patience.map { sentAt + $0 }
        try sent(unsafe PQpipelineSync(handle))
        expected.append(.sync)
    }

    private func sent(_ outcome: Int32) throws {
        guard outcome == 1 else { throw broken() }
    }

    // MARK: Receiving

    /// Reads everything that is expected. Returns the last answer; throws the first failure after all of it was read.
    private func receive() throws -> PostgresResult? {
        var failure: SQLError?
        var last: PostgresResult?
        defer { expected.removeAll(keepingCapacity: true) }
        for item in expected {
            guard var result = try next() else { throw broken("The server ended an answer early.") }
            if case .sync = item { continue }
            // Each command's results end with an empty one; the last of them tells how it went.
            while let more = try next() { result = more }
            try note(item, result, &failure)
            if case .answer = item { last = consume result }
        }
        heardAt = .now
        if let failure { throw failure }
        return last
    }

    private func note(_ item: Expected, _ result: borrowing PostgresResult, _ failure: inout SQLError?) throws {
        let isAborted = result.status == PGRES_PIPELINE_ABORTED
        guard result.isFailure || isAborted else { return }
        if case .prepared(let key) = item { statements.forget(key) }
        if unsafe PQstatus(handle) == CONNECTION_BAD { throw broken() }
        guard failure == nil, !isAborted else { return }
        failure = SQLError(postgres: result, statement: item.text)
        if isForWriting, result.state == SQLError.readOnlyState {
            isBroken = true
            failure = .lost(PostgresFitness.readOnly)
        }
    }

    /// The next result; `nil` is the end of one command's results.
    private func next() throws -> PostgresResult? {
        try flush()
        while unsafe PQisBusy(handle) != 0 {
            try wait(for: Int16(POLLIN))
            guard unsafe PQconsumeInput(handle) == 1 else { throw broken() }
        }
        return unsafe PQgetResult(handle).map { unsafe PostgresResult(adopting: $0) }
    }

    private func flush() throws {
        while true {
            switch unsafe PQflush(handle) {
            case 0: return
            case 1:
                try wait(for: Int16(POLLIN | POLLOUT))
                guard unsafe PQconsumeInput(handle) == 1 else { throw broken() }
            default: throw broken()
            }
        }
    }

    // MARK: Listening

    /// What other processes sent on the channels that this connection listens to, as far as it has been read.
    func takeNotifications() -> [String] {
        var texts: [String] = []
        while let notification = unsafe PQnotifies(handle) {
            texts.append(unsafe String(cString: notification.pointee.extra))
            unsafe PQfreemem(notification)
        }
        return texts
    }

    /// Waits until the server sends something or `wakeUp` is raised. False when the time was over first.
    func waitForNotifications(or wakeUp: PostgresInterrupt, atMost limit: Duration) throws -> Bool {
        var watched = [
            pollfd(fd: unsafe PQsocket(handle), events: Int16(POLLIN), revents: 0),
            pollfd(fd: wakeUp.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        guard unsafe poll(&watched, 2, Int32(clamping: limit.milliseconds)) >= 0 || errno == EINTR else {
            throw broken("Waiting for the server failed.")
        }
        if watched[0].revents != 0, unsafe PQconsumeInput(handle) != 1 { throw broken() }
        return watched.contains { $0.revents != 0 }
    }

    // MARK: Waiting

    private func wait(for events: Int16) throws {
        if interrupt.isLate, !wasCancelled { cancel() }
        var watched = [
            pollfd(fd: unsafe PQsocket(handle), events: events, revents: 0),
            // Once asked, the cancellation's outcome comes through the socket.
            pollfd(fd: wasCancelled ? -1 : interrupt.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        if let end, end <= .now {
            isBroken = true
            throw SQLError.silent
        }
        guard unsafe poll(&watched, 2, timeout) >= 0 || errno == EINTR else {
            throw broken("Waiting for the server failed.")
        }
        if watched[1].revents != 0 { cancel() }
    }

    /// Milliseconds until something else than the server's answer has to be seen to; -1 for no such moment.
    private var timeout: Int32 {
        // The server may fall silent meanwhile, which is looked at now and then.
        let look = outage == nil ? nil : ContinuousClock.now + settings.signOfLife
        let next = [end, look, wasCancelled ? nil : interrupt.deadline].compactMap(\.self).min()
        return next.map { Int32(clamping: max(.zero, $0 - .now).milliseconds + 1) } ?? -1
    }

    /// When the server is given up as dead: when its time is over, and sooner when it fell silent after it was asked. What may
    /// take as long as it needs is waited for all the same.
    private var end: ContinuousClock.Instant? {
        guard let giveUp, let limit = settings.silenceLimit, let silence = outage?.silence, silence > sentAt else {
            return giveUp
        }
        return min(giveUp, silence + limit)
    }

    /// Asks the server, over a connection of its own and on a thread of its own, to stop what runs here.
    private func cancel() {
        wasCancelled = true
        let end = ContinuousClock.now + settings.networkSlack
        giveUp = min(giveUp ?? end, end)
        guard let order = unsafe PQgetCancel(handle) else { return }
        let address = Int(bitPattern: order)
        NamedThread.start("sql-cancel") {
            guard let order = unsafe OpaquePointer(bitPattern: address) else { return }
            var complaint = [CChar](repeating: 0, count: 256)
            // It may come too late, which does no harm: this connection serves no other query.
            _ = unsafe PQcancel(order, &complaint, Int32(complaint.count))
            unsafe PQfreeCancel(order)
        }
    }

    private func broken(_ message: String? = nil) -> SQLError {
        isBroken = true
        let said = unsafe String(cString: PQerrorMessage(handle)).split(separator: "\n").first.map(String.init)
        return .lost(message ?? said ?? "The connection to the database was lost.")
    }
}
