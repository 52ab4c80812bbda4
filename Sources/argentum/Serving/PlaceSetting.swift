import AgBase
import AgBlobs
import AgHTTP
import AgSQL

/// Settings that name a place by a URL: read once, here, into what the rest of the program knows of it.
private enum PlaceSetting {
    /// What follows a scheme, if the text has that scheme in any case.
    static func rest(of text: String, after scheme: String) -> String? {
        text.lowercased().hasPrefix(scheme) ? String(text.dropFirst(scheme.count)) : nil
    }

    static func hostRefused(_ setting: String, _ text: String, _ example: String) -> Failure {
        Failure(
            .usage,
            "--\(setting): '\(text)' names another machine between its slashes. An absolute path is written as \(example), "
                + "a relative one without slashes in front.")
    }
}

extension DatabasePlace {
    /// Reads `sqlite:PATH` or `postgres://USER@HOST/DATABASE`. Throws `Failure`.
    init(setting text: String) throws {
        if ["postgres://", "postgresql://"].contains(where: text.lowercased().hasPrefix) {
            self = try Self.server(text)
        } else if let path = PlaceSetting.rest(of: text, after: "sqlite:"), !path.isEmpty {
            self = .sqlite(path: try Self.file(path, text))
        } else {
            // What looks like a server's URL may hold a password.
            let shown = text.contains("@") ? "" : ", not '\(text)'"
            throw Failure(.usage, "--database must be sqlite:PATH or postgres://USER@HOST/DATABASE\(shown).")
        }
    }

    /// Slashes in front of an absolute path may be three, as other programs write it.
    private static func file(_ rest: String, _ text: String) throws -> String {
        var path = rest
        if path.hasPrefix("///") { path.removeFirst(2) }
        guard !path.hasPrefix("//") else { throw PlaceSetting.hostRefused("database", text, "sqlite:/srv/a.sqlite") }
        guard path != ":memory:", !path.hasSuffix("/") else {
            throw Failure(.usage, "--database needs a file's path, not '\(text)'.")
        }
        try PathSetting.check(path, "database")
        return path
    }

    /// libpq takes schemes in small letters only.
    private static func server(_ text: String) throws -> DatabasePlace {
        guard !text.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else {
            throw Failure(
                .usage, "--database: a URL holds no blanks and no control characters; write them with %, such as %20.")
        }
        let scheme = text.prefix { $0 != ":" }
        let url = scheme.lowercased() + text.dropFirst(scheme.count)
        if let complaint = PostgresDatabase.complaint(about: url) {
            throw Failure(.usage, "--database: \(complaint)")
        }
        return .postgres(url: url)
    }
}

extension StorePlace {
    /// Reads `file:///FOLDER` with percent-encoding (RFC 8089), or `file:FOLDER` for a relative one. Throws `Failure`.
    init(setting text: String) throws {
        if PlaceSetting.rest(of: text, after: "s3:") != nil {
            throw Failure(
                .usage,
                "--storage: object stores (s3://) are not in this version. Name a folder, or a mount of one, with "
                    + "file:///FOLDER.")
        }
        guard let rest = PlaceSetting.rest(of: text, after: "file:"), !rest.isEmpty else {
            throw Failure(.usage, "--storage must be file:///FOLDER, not '\(text)'.")
        }
        self = .folder(try Self.folder(rest, text))
    }

    private static func folder(_ rest: String, _ text: String) throws -> String {
        var path = rest
        if path.hasPrefix("//localhost/") { path.removeFirst("//localhost".count) }
        if path.hasPrefix("///") { path.removeFirst(2) }
        // `.` and `..` are no hosts.
        if path.hasPrefix("//./") || path.hasPrefix("//../") { path.removeFirst(2) }
        guard !path.hasPrefix("//") || path.hasPrefix("//~") else {
            throw PlaceSetting.hostRefused("storage", text, "file:///srv/pictures")
        }
        guard !path.contains(where: { $0 == "?" || $0 == "#" }), let decoded = PercentEncoding.decode(path[...]) else {
            throw Failure(
                .usage, "--storage: '\(text)' is no file URL. In it %, ? and # are written %25, %3F and %23.")
        }
        try PathSetting.check(decoded, "storage")
        return decoded
    }
}
