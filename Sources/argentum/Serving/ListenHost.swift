import AgBase

/// The address that `--host` names: as the system takes it, and as a URL shows it.
struct ListenHost: Sendable, Hashable {
    /// An address without brackets, or a name.
    let name: String
    /// The address under which this machine reaches itself, as it stands in a URL.
    let authority: String

    /// Takes what URLs take, with or without brackets round IPv6: `127.0.0.1`, `::1`, `[::1]`, `fe80::1%eth0`, `localhost`.
    /// Throws `Failure`.
    init(_ text: String) throws {
        let isBracketed = text.hasPrefix("[") && text.hasSuffix("]")
        let bare = isBracketed ? String(text.dropFirst().dropLast()) : text
        if let address = HostAddress(bare), address.hasColons || !isBracketed {
            name = address.text
            authority = Self.reachable(address)
        } else if !isBracketed, let address = try? ServerAddress("http://\(text):1"),
            !text.contains(where: { ":/".contains($0) })
        {
            name = address.host
            authority = address.host
        } else {
            throw Failure(
                .usage,
                "--host takes an address or a name of this machine, such as 127.0.0.1, ::1 or localhost, and 0.0.0.0 or :: "
                    + "for all; not '\(text)'. The port goes into --port.")
        }
    }

    /// All addresses of this machine include the loopback one.
    private static func reachable(_ host: HostAddress) -> String {
        let address = host.address
        if address.isUnspecified { return address.isIPv4 ? "127.0.0.1" : "[::1]" }
        guard !address.isIPv4 else { return host.text }
        // In a URL a percent sign begins an escape (RFC 6874).
        return "[" + host.text.split(separator: "%").joined(separator: "%25") + "]"
    }
}
