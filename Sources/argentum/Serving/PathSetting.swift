import AgBase

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
}
