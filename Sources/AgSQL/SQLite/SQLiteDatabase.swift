internal import AgBase
internal import Glibc
internal import Synchronization

/// A database in one SQLite file: one writer with group commit, many readers, every commit on the disk before it is told.
///
/// Several processes may open the same file; a write waits for another process's up to `busyTimeout`.
package final class SQLiteDatabase: Database {
    /// Set while a write closure runs, also in tasks it starts: waiting there for another call on the same
    /// database would wait for itself.
    @TaskLocal private static var inside: ObjectIdentifier?

    /// `nil` when the database was opened to be looked at.
    private let writer: SQLiteWriter?
    package let notices: Notices
    private let readers: SQLiteReaders
    private let lookUps: SQLiteReaders

    private init(
        _ writer: SQLiteWriter?, path: String, role: SQLiteConnection.Role = .reader, _ settings: SQLiteSettings,
        notices: Notices = Notices()
    ) {
        self.writer = writer
        self.notices = notices
        readers = SQLiteReaders(path: path, role: role, threads: settings.readers, name: "sql-read", settings)
        lookUps = SQLiteReaders(
            path: path, role: role, threads: settings.lookUpReaders, name: "sql-look-up", settings)
    }

    /// Opens the file, or makes it, readable by its owner alone. The folder must exist. Throws `SQLError`.
    package static func open(
        path: String, settings: SQLiteSettings = SQLiteSettings()
    ) async throws -> SQLiteDatabase {
        let opening = BlockingPool(threads: 1, name: "sql-open")
        return try await opening.run {
            makePrivate(path)
            let notices = Notices()
            let writer = try SQLiteWriter(path: path, settings, notices: notices)
            return SQLiteDatabase(writer, path: path, settings, notices: notices)
        }
    }

    /// Opens an existing file to be read and changes nothing: no table, no folder, no file beside it that would belong to
    /// this user. Also works on a disk that cannot be written. Writes throw `SQLError`.
    ///
    /// - Important: a database at rest is read without locks. Ask `isAtRest` again afterwards: what was read while somebody
    ///   opened it may be half of a change.
    package static func inspect(
        path: String, settings: SQLiteSettings = SQLiteSettings()
    ) async throws -> SQLiteDatabase {
        let role: SQLiteConnection.Role = isAtRest(path) ? .inspectorAtRest : .inspector
        let database = SQLiteDatabase(nil, path: path, role: role, settings)
        do {
            // SQLite opens the file at the first query.
            _ = try await database.read { try $0.first("SELECT count(*) FROM sqlite_schema") { try $0[0] as Int } }
        } catch {
            await database.close()
            throw error
        }
        return database
    }

    /// Whether no program has the database open, as far as its files say: the last to close it takes the log away.
    /// An empty log on a disk that cannot be written is nobody's either.
    package static func isAtRest(_ path: String) -> Bool {
        var info = stat()
        guard unsafe stat("\(path)-wal", &info) == 0 else { return errno == ENOENT }
        let isWritable = unsafe access("\(path)-wal", W_OK) == 0
        return info.st_size == 0 && !isWritable
    }

    /// Only a new file: closing a descriptor of an existing one would drop the locks that this process holds on it
    /// (https://sqlite.org/howtocorrupt.html, 2.2). A folder that is missing is reported by the real opening.
    private static func makePrivate(_ path: String) {
        let file = unsafe Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if file >= 0 { Glibc.close(file) }
    }

    package var dialect: SQLDialect { .sqlite }

    /// Commits since opening: fewer than writes when they came together.
    package var commits: Int { writer?.commits.load(ordering: .relaxed) ?? 0 }

    /// Writes that wait for the next commit.
    package var waitingWrites: Int { writer?.waiting ?? 0 }

    package func read<Value: Sendable>(
        _ kind: ReadKind, _ body: @escaping @Sendable (any SQLConnection) throws -> Value
    ) async throws -> Value {
        try refuseNesting()
        switch kind {
        case .lookUp: return try await lookUps.read(isLimited: true, body)
        case .query: return try await readers.read(isLimited: true, body)
        case .whole: return try await readers.read(isLimited: false, body)
        }
    }

    package func write<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Value
    ) async throws -> Value {
        try refuseNesting()
        guard let writer else { throw SQLError(.misuse, "The database was opened to be looked at, not to be changed.") }
        let mine = ObjectIdentifier(self)
        return try await withCheckedThrowingContinuation { continuation in
            let answer = WriteAnswer<Value>(continuation)
            writer.add(
                SQLWrite { transaction in
                    unsafe answer.value = try Self.$inside.withValue(mine) { try body(transaction) }
                } finish: { error in
                    answer.finish(error)
                })
        }
    }

    package func close() async {
        await readers.close()
        await lookUps.close()
        await writer?.close()
    }

    private func refuseNesting() throws {
        guard Self.inside == ObjectIdentifier(self) else { return }
        throw SQLError(
            .misuse, "The database was called from inside one of its write closures. Use the closure's own transaction."
        )
    }
}
