/// Where the server is, taken apart: `http://host:port/path`.
struct ServerAddress: Sendable, Hashable, CustomStringConvertible {
    let host: String
    let port: Int
    /// In front of every path, without a slash at its end; mostly empty.
    let prefix: String

    /// Throws `Failure` for https and for what is no address.
    init(_ text: String) throws {
        guard !text.lowercased().hasPrefix("https://") else {
            throw Failure(
                .usage,
                "The command line speaks plain HTTP only, and \(text) is https. Run it on the server's machine with "
                    + "--server http://127.0.0.1:8080, or through a tunnel such as `ssh -L 8080:127.0.0.1:8080 HOST`.")
        }
        guard text.lowercased().hasPrefix("http://") else {
            throw Failure(.usage, "The server's address must begin with http://, not '\(text)'.")
        }
        let parts = text.dropFirst("http://".count).split(
            separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let (host, port) = try Self.split(parts[0])
        self.host = host
        self.port = port
        prefix = parts.count == 2 && !parts[1].isEmpty ? "/\(parts[1])" : ""
    }

    /// `[::1]:8080`, `host:8080`, `host`.
    private static func split(_ text: Substring) throws -> (String, Int) {
        let isBracketed = text.hasPrefix("[")
        let end = isBracketed ? text.lastIndex(of: "]").map { text.index(after: $0) } : text.lastIndex(of: ":")
        let host = text[..<(end ?? text.endIndex)].filter { $0 != "[" && $0 != "]" }
        let rest = text[(end ?? text.endIndex)...]
        if rest.isEmpty, !host.isEmpty { return (host, 80) }
        guard !host.isEmpty, rest.hasPrefix(":"), let port = Int(rest.dropFirst()), 1...65_535 ~= port else {
            throw Failure(.usage, "The server's address needs a host and perhaps a port, not '\(text)'.")
        }
        return (host, port)
    }

    /// What stands in the `Host` header.
    var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == 80 ? name : "\(name):\(port)"
    }

    /// Whether it is this machine, by the names that always mean it.
    var isLoopback: Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }

    var description: String { "http://\(authority)\(prefix)" }
}
