internal import AgBase
internal import CSQLite

/// One connection to a SQLite file. Used by one thread at a time; only its `stop` flag may be raised from another.
@safe
final class SQLiteConnection {
    enum Role {
        case writer
        case reader
        /// Reads a database that others may own, and leaves no file behind.
        case inspector
        /// The same for one that nobody has open, also on a disk that cannot be written.
        case inspectorAtRest
    }

    /// Stops a reader's query; asked only on readers.
    let stop = StopFlag()
    private let handle: OpaquePointer
    private var cache: StatementCache

    init(path: String, role: Role, _ settings: SQLiteSettings) throws {
        var opened: OpaquePointer?
        let code = unsafe sqlite3_open_v2(Self.name(path, role), &opened, Self.flags(role), nil)
        guard code == SQLITE_OK, let opened = unsafe opened else {
            let error = unsafe SQLError(sqlite: opened, code)
            unsafe sqlite3_close_v2(opened)
            throw error
        }
        unsafe handle = unsafe opened
        cache = StatementCache(capacity: settings.statements)
        do {
            try configure(role, settings)
        } catch {
            cache.removeAll()
            unsafe sqlite3_close_v2(handle)
            throw error
        }
    }

    deinit {
        cache.removeAll()
        unsafe sqlite3_close_v2(handle)
    }

    /// Whether no transaction is open: SQLite takes one back by itself after some errors, such as a full disk.
    var isOutsideTransaction: Bool { unsafe sqlite3_get_autocommit(handle) != 0 }

    /// Statements kept prepared.
    var cachedStatements: Int { cache.count }

    private func configure(_ role: Role, _ settings: SQLiteSettings) throws {
        unsafe sqlite3_busy_timeout(handle, Int32(clamping: settings.busyTimeout.milliseconds))
        // WAL with FULL: NORMAL forgets acknowledged commits when the power fails.
        if role == .writer { try turnOnWAL() }
        try pragma("synchronous = FULL")
        try pragma("foreign_keys = ON")
        try pragma("temp_store = MEMORY")
        try pragma("cache_size = -\(settings.cacheKiB)")
        try pragma("mmap_size = \(settings.mapBytes)")
        try pragma("wal_autocheckpoint = \(role == .writer ? settings.checkpointPages : 0)")
        try pragma("journal_size_limit = 67108864")
        guard role != .writer else { return }
        try pragma("query_only = ON")
        unsafe stop.watch(handle)
    }

    private static func flags(_ role: Role) -> Int32 {
        let access =
            switch role {
            case .writer, .reader: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            case .inspector: SQLITE_OPEN_READONLY
            case .inspectorAtRest: SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
            }
        return access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOFOLLOW
    }

    /// `immutable` is said in a URI only: no locks, no shared memory, no write-ahead log (https://sqlite.org/uri.html).
    private static func name(_ path: String, _ role: Role) -> String {
        guard role == .inspectorAtRest else { return path }
        let escaped = path.utf8.reduce(into: "") { out, byte in
            switch byte {
            case 45...57, 65...90, 97...122, 95, 126: out.unicodeScalars.append(Unicode.Scalar(byte))
            default: out += "%" + Hex.encode([byte])
            }
        }
        return "file:\(escaped)?immutable=1"
    }

    private func turnOnWAL() throws {
        let mode: String? = try first("PRAGMA journal_mode = WAL") { try $0[0] }
        guard mode == "wal" else {
            throw SQLError(.io, "The folder cannot hold a write-ahead log (journal mode \(mode ?? "unknown")).")
        }
    }

    private func pragma(_ text: String) throws {
        try execute(SQL(raw: "PRAGMA \(text)"))
    }
}

extension SQLiteConnection: SQLConnection {
    var dialect: SQLDialect { .sqlite }

    @discardableResult
    func execute(_ sql: SQL) throws -> Int {
        try run(sql) { statement in
            let before = unsafe sqlite3_total_changes64(handle)
            while try statement.step() {}
            // `changes` keeps the number of an earlier statement when this one was no INSERT, UPDATE or DELETE.
            return unsafe sqlite3_total_changes64(handle) == before ? 0 : unsafe Int(sqlite3_changes64(handle))
        }
    }

    func all<Value>(_ sql: SQL, _ read: (Row) throws -> Value) throws -> [Value] {
        try run(sql) { statement in
            var values: [Value] = []
            while try statement.step() { values.append(try read(statement.row())) }
            return values
        }
    }

    func first<Value>(_ sql: SQL, _ read: (Row) throws -> Value) throws -> Value? {
        try run(sql) { statement in
            guard try statement.step() else { return nil }
            let value = try read(statement.row())
            if !statement.isReadOnly { while try statement.step() {} }
            return value
        }
    }

    private func run<Value>(_ sql: SQL, _ body: (SQLiteStatement) throws -> Value) throws -> Value {
        let statement = try prepared(sql.text(for: .sqlite))
        defer {
            statement.reset()
            cache.put(statement)
        }
        try statement.bind(sql.values)
        return try body(statement)
    }

    private func prepared(_ text: String) throws -> SQLiteStatement {
        if let known = cache.take(text) { return known }
        return unsafe try SQLiteStatement(text, on: handle)
    }
}
