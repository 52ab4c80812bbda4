internal import AgBase
internal import CPostgres
internal import Glibc

/// Makes connections to one server: by the address that libpq reads, within a time limit, with what we rely on set.
struct PostgresConnector: Sendable {
    enum Role {
        case reader
        case writer
    }

    let url: String
    let settings: PostgresSettings

    func connect(_ role: Role) throws -> PostgresConnection {
        let limit = role == .reader ? settings.readLimit : settings.writeLimit
        let connection = unsafe try PostgresConnection(adopting: open(), settings)
        connection.patience = limit + settings.networkSlack
        try configure(connection, role, limit)
        return connection
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

    /// What the address says counts before our defaults; what comes after it is not negotiable.
    private var keywords: [(String, String)] {
        [
            ("keepalives_idle", "15"), ("keepalives_interval", "5"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "20000"), ("fallback_application_name", "argentum"), ("dbname", url),
            ("client_encoding", "UTF8"),
        ]
    }

    /// Connects without blocking for longer than the limit; a name is looked up by the system's resolver, which has its own.
    private func open() throws -> OpaquePointer {
        guard let handle = unsafe start() else { throw SQLError.lost("There is no memory for a connection.") }
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

    private func start() -> OpaquePointer? {
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
            throw SQLError.lost("The database server did not answer in time.")
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
        try connection.execute(
            """
            SELECT set_config('statement_timeout', \("\(limit.milliseconds)"), false),
                set_config('lock_timeout', \("\(settings.lockTimeout.milliseconds)"), false),
                set_config('idle_in_transaction_session_timeout', \("\(limit.milliseconds * 2)"), false),
                set_config('default_transaction_isolation', \(isReader ? "repeatable read" : "read committed"), false),
                set_config('default_transaction_read_only', \(isReader ? "on" : "off"), false),
                set_config('synchronous_commit', CASE current_setting('synchronous_commit')
                    WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, false),
                set_config('TimeZone', 'UTC', false), set_config('jit', 'off', false)
            """)
    }
}
