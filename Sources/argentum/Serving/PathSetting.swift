import AgBase
import AgHTTP

/// Settings that name files and folders. What this program would read in another way than its user meant is refused.
enum PathSetting {
    /// A plain path, relative to the current folder or absolute. Throws `Failure`.
    static func check(_ path: String, _ setting: String) throws {
        guard !path.isEmpty else { throw Failure(.usage, "--\(setting) is empty; it takes a path.") }
        guard !["file:", "sqlite:"].contains(where: path.lowercased().hasPrefix) else {
            throw Failure(.usage, "--\(setting) takes a path such as /srv/argentum, not the URL '\(path)'.")
        }
        guard path.split(separator: "/").first != "~" else {
            throw Failure(
                .usage, "--\(setting): '~' is expanded by shells only, and not inside '\(path)'. Write the whole path.")
        }
        guard !path.utf8.contains(0) else { throw Failure(.usage, "--\(setting) holds a NUL character.") }
    }

    /// `sqlite:PATH`; slashes in front of an absolute path may be three, as other programs write it. Throws `Failure`.
    static func database(_ text: String) throws -> String {
        var path = try rest(of: text, scheme: "sqlite:", setting: "database", else: "PostgreSQL")
        if path.hasPrefix("///") { path.removeFirst(2) }
        guard !path.hasPrefix("//") else { throw hostRefused("database", text, "sqlite:/srv/a.sqlite") }
        guard path != ":memory:", !path.hasSuffix("/") else {
            throw Failure(.usage, "--database needs a file's path, not '\(text)'.")
        }
        try check(path, "database")
        return path
    }

    /// `file:///FOLDER` with percent-encoding (RFC 8089), or `file:FOLDER` for a relative one. Throws `Failure`.
    static func storage(_ text: String) throws -> String {
        var path = try rest(of: text, scheme: "file:", setting: "storage", else: "S3")
        if path.hasPrefix("//localhost/") { path.removeFirst("//localhost".count) }
        if path.hasPrefix("///") { path.removeFirst(2) }
        // `.` and `..` are no hosts.
        if path.hasPrefix("//./") || path.hasPrefix("//../") { path.removeFirst(2) }
        guard !path.hasPrefix("//") || path.hasPrefix("//~") else {
            throw hostRefused("storage", text, "file:///srv/pictures")
        }
        guard !path.contains(where: { $0 == "?" || $0 == "#" }), let decoded = PercentEncoding.decode(path[...]) else {
            throw Failure(
                .usage, "--storage: '\(text)' is no file URL. In it %, ? and # are written %25, %3F and %23.")
        }
        try check(decoded, "storage")
        return decoded
    }

    private static func rest(of text: String, scheme: String, setting: String, else other: String) throws -> String {
        let path = text.dropFirst(scheme.count)
        guard text.lowercased().hasPrefix(scheme), !path.isEmpty else {
            let example = scheme == "file:" ? "file:///FOLDER" : "sqlite:PATH"
            throw Failure(.usage, "--\(setting) must be \(example), not '\(text)'. \(other) is not there yet.")
        }
        return String(path)
    }

    private static func hostRefused(_ setting: String, _ text: String, _ example: String) -> Failure {
        Failure(
            .usage,
            "--\(setting): '\(text)' names another machine between its slashes. An absolute path is written as \(example), "
                + "a relative one without slashes in front.")
    }
}
