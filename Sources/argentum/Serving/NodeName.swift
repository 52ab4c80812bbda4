import AgBase

/// The name of this process among those that share a database: made once for each data directory, and kept there.
///
/// It has to differ between processes, because a worker that starts takes over the jobs of an earlier one of its name;
/// and to stay the same over a restart, because then those jobs run again at once.
enum NodeName {
    private static let name = "node-name"

    /// The caller holds the folder's lock. Throws `SystemError`.
    static func ensure(in folder: String) throws -> String {
        let path = "\(folder)/\(name)"
        let known = (try PrivateFile.read(path) ?? "").filter { !$0.isWhitespace }
        if !known.isEmpty { return known }
        let new = UUIDv7.shared.next()
        try PrivateFile.write(new + "\n", to: path)
        return new
    }
}
