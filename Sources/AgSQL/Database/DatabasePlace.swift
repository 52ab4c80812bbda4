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
