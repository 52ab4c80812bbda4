/// Where rows are kept, as the setting `database` names it.
package enum DatabasePlace: Sendable, Hashable {
    /// A file of SQLite's. It belongs to one machine: processes that share it are kept apart by file locks.
    case sqlite(path: String)
    /// A database of a PostgreSQL server, by the URL that libpq reads. It may hold a password: see `description`.
    case postgres(url: String)

    /// Whether processes on several machines may work on it at once.
    package var isShared: Bool {
        switch self {
        case .sqlite: false
        case .postgres: true
        }
    }

    /// The folder that an engine of this process writes rows into; `nil` when another machine does.
    package var folder: String? {
        guard case .sqlite(let path) = self else { return nil }
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}

extension DatabasePlace: CustomStringConvertible {
    /// For people: a path, or a URL without user, password and parameters.
    package var description: String {
        switch self {
        case .sqlite(let path): path
        case .postgres(let url): Self.withoutSecrets(url)
        }
    }

    /// The server and the name of the database. What cannot be told from a password is left out.
    private static func withoutSecrets(_ url: String) -> String {
        let isLong = url.lowercased().hasPrefix("postgresql://")
        let rest = url.dropFirst(isLong ? "postgresql://".count : "postgres://".count)
        let plain = rest.prefix { $0 != "?" && $0 != "#" }
        guard let at = plain.lastIndex(of: "@") else {
            return rest.contains("@") ? "postgres://" : "postgres://\(plain)"
        }
        return "postgres://\(plain[plain.index(after: at)...])"
    }
}

extension DatabasePlace {
    /// Opens it, whatever its schema is; makes a file that is missing. Throws `SQLError`.
    package func open() async throws -> any Database { try await open(PostgresSettings()) }

    private func open(_ settings: PostgresSettings) async throws -> any Database {
        switch self {
        case .sqlite(let path): try await SQLiteDatabase.open(path: path)
        case .postgres(let url): try await PostgresDatabase.open(url: url, settings: settings)
        }
    }

    /// Opens what is there to be read, and changes nothing.
    package func inspect() async throws -> any Database {
        switch self {
        case .sqlite(let path): try await SQLiteDatabase.inspect(path: path)
        case .postgres(let url): try await PostgresDatabase.open(url: url, readsOnly: true)
        }
    }

    /// Asks whether a server could be started on it, before anything is made for one: that it lets us in, is new enough, may
    /// be written, and holds nothing else. A file is asked when it is opened. Throws `SQLError`.
    package func probe(_ migrator: Migrator) async throws {
        guard isShared else { return }
        try await lend(PostgresSettings()) { _ = try await migrator.pending($0) }
    }

    /// Brings the schema of an open database of this place up to date.
    package func migrate(_ migrator: Migrator, through database: any Database) async throws {
        guard isShared else {
            try await migrator.migrate(database)
            return
        }
        if try await !migrator.pending(database).isEmpty { try await migrate(migrator) }
    }

    /// Applies the steps that are due, and returns their numbers.
    @discardableResult
    package func migrate(_ migrator: Migrator) async throws -> [Int] {
        try await lend(.patient) { try await migrator.migrate($0) }
    }

    /// Applies the steps that are due and takes them back, and returns their numbers.
    package func rehearse(_ migrator: Migrator) async throws -> [Int] {
        try await lend(.patient) { try await migrator.rehearse($0) }
    }

    private func lend<Value>(
        _ settings: PostgresSettings, _ body: (any Database) async throws -> Value
    ) async throws -> Value {
        let database = try await open(settings)
        do {
            let value = try await body(database)
            await database.close()
            return value
        } catch {
            await database.close()
            throw error
        }
    }
}

extension PostgresSettings {
    /// A step of the schema may rewrite a large table, and of several programs that start together all but one wait for that.
    fileprivate static var patient: PostgresSettings {
        var settings = PostgresSettings()
        settings.writeLimit = .seconds(12 * 3_600)
        settings.lockTimeout = .seconds(3_600)
        settings.silenceLimit = nil
        settings.writers = 1
        settings.readers = 1
        return settings
    }
}
