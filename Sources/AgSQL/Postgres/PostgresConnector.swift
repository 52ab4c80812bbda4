internal import AgBase
internal import CPostgres
internal import Glibc

/// Makes connections by the address that libpq reads, within a time limit, with what we rely on set. Of several servers that the
/// address names it takes the first one that can be reached and is no replica.
struct PostgresConnector: Sendable {
    enum Role {
        case reader
        case writer
    }

    let url: String
    let settings: PostgresSettings
    /// Whether a server that follows another one will do: what it shows may be old.
    var allowsReplica = false

    func connect(_ role: Role) throws -> PostgresConnection {
        var failure: (any Error)?
        for server in Self.servers(in: url) {
            do {
                return try connect(role, to: server)
            } catch {
                failure = failure ?? error
            }
        }
        throw failure ?? SQLError.lost("The address names no server.")
    }

    private func connect(_ role: Role, to server: [(String, String)]) throws -> PostgresConnection {
        let limit = role == .reader ? settings.readLimit : settings.writeLimit
        let connection = unsafe try PostgresConnection(adopting: open(server), settings)
        if let complaint = PostgresFitness.complaint(version: connection.serverVersion) {
            throw SQLError(.schema, complaint)
        }
        connection.isForWriting = role == .writer
        connection.patience = settings.connectTimeout
        try configure(connection, role, limit)
        connection.patience = limit + settings.networkSlack
        return connection
    }

    /// One after the other, as keywords that count before the address: libpq, when it may not block, would wait for a server that
    /// swallows everything and never try the next one.
    private static func servers(in url: String) -> [[(String, String)]] {
        guard case .success(let options) = parse(url) else { return [[]] }
        let lists = ["host", "hostaddr", "port"].compactMap { name in
            options[name].map { (name, $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)) }
        }
        let count = lists.filter { $0.0 != "port" }.map(\.1.count).max() ?? 1
        guard count > 1, lists.allSatisfy({ $0.1.count == count || $0.1.count == 1 }) else { return [[]] }
        return (0..<count).map { index in lists.map { ($0.0, $0.1[$0.1.count == 1 ? 0 : index]) } }
    }

    /// Why a text is no URL, as a sentence. What libpq says of one may hold a part of a password that was not encoded.
    static func complaint(about url: String) -> String? {
        let example = "Write postgres://USER@HOST/DATABASE."
        guard url.contains("://") else { return "'\(URLPassword.hidden(in: url))' lacks the slashes. \(example)" }
        let signs =
            "This is no URL of a database. Signs such as @, /, ? and % in a user or password are written %40, %2F, %3F and %25."
        switch parse(url) {
        case .failure(let reason):
            return URLPassword.isIn(url) ? signs : "'\(url)' is no URL of a database: \(reason.text). \(example)"
        case .success(let options):
            // libpq would take a part of the password for a host or a port, and name it in its complaint.
            let isMisread = options["password"] == nil && options["sslpassword"] == nil
            let isSplit = options["host"]?.contains("@") == true
            return URLPassword.isIn(url) && (isMisread || isSplit) ? signs : nil
        }
    }

    private struct Unreadable: Error {
        let text: String
    }

    private static func parse(_ url: String) -> Result<[String: String], Unreadable> {
        var reason: UnsafeMutablePointer<CChar>?
        defer { unsafe PQfreemem(reason) }
        guard let options = unsafe PQconninfoParse(url, &reason) else {
            let said = unsafe reason.map { unsafe String(cString: $0) } ?? ""
            return .failure(Unreadable(text: said.split(separator: "\n").first.map(String.init) ?? "it cannot be read"))
        }
        defer { unsafe PQconninfoFree(options) }
        var values: [String: String] = [:]
        var option = unsafe options
        while let keyword = unsafe option.pointee.keyword {
            if let value = unsafe option.pointee.val {
                unsafe values[String(cString: keyword)] = unsafe String(cString: value)
            }
            unsafe option += 1
        }
        return .success(values)
    }

    /// What the address says counts before our defaults; what comes after it is not negotiable. A server that vanished is given up
    /// after ten seconds, so that what waited for it has run again elsewhere within fifteen.
    private func keywords(_ server: [(String, String)]) -> [(String, String)] {
        [
            ("keepalives_idle", "5"), ("keepalives_interval", "2"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "10000"), ("fallback_application_name", "argentum"), ("dbname", url),
        ] + server + [("client_encoding", "UTF8")]
    }

    /// Connects without blocking for longer than the limit; a name is looked up by the system's resolver, which has its own.
    private func open(_ server: [(String, String)]) throws -> OpaquePointer {
        guard let handle = unsafe start(keywords(server)) else {
            throw SQLError.lost("There is no memory for a connection.")
        }
        do {
            unsafe try finish(handle)
            unsafe cpostgres_silence(handle)
            guard unsafe PQsetnonblocking(handle, 1) == 0, unsafe PQenterPipelineMode(handle) == 1 else {
                throw unsafe Self.failure(handle)
            }
            return unsafe handle
        } catch {
            unsafe PQfinish(handle)
            throw error
        }
    }

    private func start(_ keywords: [(String, String)]) -> OpaquePointer? {
        let names = unsafe keywords.map { unsafe strdup($0.0) } + [nil]
        let values = unsafe keywords.map { unsafe strdup($0.1) } + [nil]
        defer { unsafe (names + values).forEach { unsafe free($0) } }
        let constNames = unsafe names.map { unsafe UnsafePointer($0) }
        let constValues = unsafe values.map { unsafe UnsafePointer($0) }
        return unsafe PQconnectStartParams(constNames, constValues, 1)
    }

    private func finish(_ handle: OpaquePointer) throws {
        let deadline = ContinuousClock.now + settings.connectTimeout
        var events = Int16(POLLOUT)
        while true {
            if unsafe PQstatus(handle) == CONNECTION_BAD { throw unsafe Self.failure(handle) }
            try unsafe Self.wait(handle, events, until: deadline)
            switch unsafe PQconnectPoll(handle) {
            case PGRES_POLLING_OK: return
            case PGRES_POLLING_READING: events = Int16(POLLIN)
            case PGRES_POLLING_WRITING: events = Int16(POLLOUT)
            default: throw unsafe Self.failure(handle)
            }
        }
    }

    private static func wait(_ handle: OpaquePointer, _ events: Int16, until deadline: ContinuousClock.Instant) throws {
        let left = deadline - ContinuousClock.now
        var watched = pollfd(fd: unsafe PQsocket(handle), events: events, revents: 0)
        guard left > .zero, unsafe poll(&watched, 1, Int32(clamping: left.milliseconds + 1)) != 0 else {
            throw SQLError.silent
        }
    }

    private static func failure(_ handle: OpaquePointer) -> SQLError {
        PostgresRefusal.error(
            unsafe String(cString: PQerrorMessage(handle)),
            needsPassword: unsafe PQconnectionNeedsPassword(handle) != 0,
            usedPassword: unsafe PQconnectionUsedPassword(handle) != 0)
    }

    private func configure(
        _ connection: PostgresConnection, _ role: PostgresConnector.Role, _ limit: Duration
    ) throws {
        let isReader = role == .reader
        let idle = isReader ? limit * 2 : settings.idleLimit
        let complaint = try connection.first(
            """
            SELECT set_config('statement_timeout', \("\(limit.milliseconds)"), false),
                set_config('lock_timeout', \("\(settings.lockTimeout.milliseconds)"), false),
                set_config('idle_in_transaction_session_timeout', \("\(idle.milliseconds)"), false),
                set_config('default_transaction_isolation', \(isReader ? "repeatable read" : "read committed"), false),
                set_config('synchronous_commit', CASE current_setting('synchronous_commit')
                    WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, false),
                set_config('TimeZone', 'UTC', false), set_config('jit', 'off', false),
                \(raw: Self.vanishing), \(raw: isReader ? "set_config('default_transaction_read_only', 'on', false)," : "")
                pg_is_in_recovery() AS is_replica, current_setting('default_transaction_read_only') = 'on' AS is_read_only
            """
        ) { row in
            try refusal(isReplica: row["is_replica"], isReadOnly: row["is_read_only"], role)
        }
        if let complaint = complaint ?? nil { throw SQLError.lost(complaint) }
    }

    /// Lets the server notice within half a minute that this machine vanished, or takes nothing any more: a frozen process that
    /// listens would fill the server's queue of notices. On a socket of the same machine it means nothing.
    private static let vanishing = """
        CASE WHEN version() LIKE '%linux%' THEN set_config('tcp_user_timeout', '30000', false) END,
        CASE WHEN version() LIKE '%linux%' THEN set_config('tcp_keepalives_idle', '15', false) END,
        CASE WHEN version() LIKE '%linux%' THEN set_config('tcp_keepalives_interval', '5', false) END
        """

    /// Why the server is none to work on, also when it became so after a failover; `nil` when it is one.
    private func refusal(isReplica: Bool, isReadOnly: Bool, _ role: Role) -> String? {
        if isReplica, !allowsReplica { return PostgresFitness.replica }
        return isReadOnly && role == .writer ? PostgresFitness.readOnly : nil
    }
}
