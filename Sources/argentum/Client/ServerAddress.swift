import AgBase

/// Where the server is, taken apart: `https://host:port/path`.
struct ServerAddress: Sendable, Hashable, CustomStringConvertible {
    let isSecure: Bool
    /// A name or an address, without brackets; an IPv6 address may have a zone, as in `fe80::1%eth0`.
    let host: String
    let port: Int
    /// In front of every path, without a slash at its end; mostly empty.
    let prefix: String

    /// Throws `Failure` for what is no address. A part that could be read in two ways, such as a user name
    /// or a number that is no dotted address, is refused: what is read here decides who gets the owner's token.
    init(_ text: String) throws {
        isSecure = text.lowercased().hasPrefix("https://")
        guard isSecure || text.lowercased().hasPrefix("http://") else {
            throw Failure(.usage, "The server's address must begin with http:// or https://, not '\(text)'.")
        }
        let rest = text.dropFirst(isSecure ? "https://".count : "http://".count)
        try Self.checkCharacters(rest)
        let parts = rest.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let (host, port) = try Self.split(parts[0], standardPort: isSecure ? 443 : 80)
        self.host = try Self.plain(host)
        self.port = port
        let path = parts.count == 2 ? parts[1].reversed().drop { $0 == "/" }.reversed() : []
        prefix = path.isEmpty ? "" : "/\(String(path))"
    }

    private static func checkCharacters(_ text: Substring) throws {
        guard !text.contains("@") else {
            throw Failure(
                .usage, "The server's address must not hold a user name or password; a token goes into ARGENTUM_TOKEN.")
        }
        guard text.utf8.allSatisfy({ 0x21...0x7E ~= $0 && !#""<>\^`{|}?#"#.utf8.contains($0) }) else {
            throw Failure(
                .usage, "The server's address must be a host, perhaps a port and a path, without anything else.")
        }
    }

    /// `[::1]:8080`, `host:8080`, `host`.
    private static func split(_ text: Substring, standardPort: Int) throws -> (Substring, Int) {
        let wrong = Failure(.usage, "The server's address needs a host and perhaps a port, not '\(text)'.")
        let isBracketed = text.hasPrefix("[")
        let end = isBracketed ? text.lastIndex(of: "]").map { text.index(after: $0) } : text.lastIndex(of: ":")
        let host = text[..<(end ?? text.endIndex)]
        let rest = text[(end ?? text.endIndex)...]
        guard !host.isEmpty else { throw wrong }
        if rest.isEmpty { return (host, standardPort) }
        guard rest.hasPrefix(":"), rest.dropFirst().utf8.allSatisfy({ 48...57 ~= $0 }),
            let port = Int(rest.dropFirst()), 1...65_535 ~= port
        else { throw wrong }
        return (host, port)
    }

    /// The host in the one form that resolving, comparing and the `Host` header use.
    private static func plain(_ text: Substring) throws -> String {
        let wrong = Failure(.usage, "'\(text)' is neither a host's name nor its address.")
        if text.hasPrefix("[") {
            let inner = text.dropFirst().dropLast()
            guard text.hasSuffix("]"), let address = HostAddress(String(inner)), address.hasColons else { throw wrong }
            return address.text
        }
        let name = text.lowercased()
        let bare = name.hasSuffix(".") ? String(name.dropLast()) : name
        if IPAddress(bare)?.isIPv4 == true || bare == "localhost" { return bare }
        let labels = bare.split(separator: ".", omittingEmptySubsequences: false)
        guard let last = labels.last, labels.allSatisfy(isLabel), !isNumber(last) else { throw wrong }
        return name
    }

    private static func isLabel(_ label: Substring) -> Bool {
        !label.isEmpty && label.utf8.allSatisfy { 48...57 ~= $0 || 97...122 ~= $0 || $0 == 0x2D || $0 == 0x5F }
    }

    /// `0x7f.1` and `2130706433` mean 127.0.0.1 to some readers and nothing to others.
    private static func isNumber(_ label: Substring) -> Bool {
        label.utf8.allSatisfy { 48...57 ~= $0 }
            || (label.hasPrefix("0x") && label.dropFirst(2).allSatisfy(\.isHexDigit))
    }

    /// As a URL has it: in front of a zone the percent sign is an escape of itself (RFC 6874).
    var url: String { description.replacing("%", with: "%25", maxReplacements: host.contains("%") ? 1 : 0) }

    /// Whether it is this machine by its name or address: `localhost`, a loopback address, or one of an interface here.
    ///
    /// `localhost` may be resolved to anything, so what was connected to is looked at as well.
    var isThisMachine: Bool {
        if host == "localhost" { return true }
        return HostAddress(host).map { $0.address.isLoopback || $0.address.isOfInterface } ?? false
    }

    var description: String {
        let name = host.contains(":") ? "[\(host)]" : host
        let standardPort = isSecure ? 443 : 80
        return "http\(isSecure ? "s" : "")://\(name)\(port == standardPort ? "" : ":\(port)")\(prefix)"
    }
}
