import AgBase
import Glibc

/// An address as users write it: IPv6 perhaps with the zone of this machine that it is of.
struct HostAddress: Hashable, Sendable {
    let address: IPAddress
    /// As in `fe80::1%eth0`.
    private let zone: String?
    /// Whether it was written as IPv6, as brackets in a URL demand it.
    let hasColons: Bool

    /// Dotted IPv4 with four decimal numbers, or IPv6, perhaps with a zone (`%eth0`, in URLs also `%25eth0`); nothing else.
    init?(_ text: String) {
        let parts = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let address = IPAddress(parts[0]) else { return nil }
        self.address = address
        hasColons = parts[0].contains(":")
        zone = parts.count == 2 ? Self.zone(parts[1]) : nil
        guard parts.count == 1 || (zone != nil && hasColons) else { return nil }
    }

    private static func zone(_ text: String) -> String? {
        let name = text.hasPrefix("25") && text.count > 2 ? String(text.dropFirst(2)) : text
        let isName = name.utf8.allSatisfy { byte in
            48...57 ~= byte || 65...90 ~= byte || 97...122 ~= byte || [0x2D, 0x2E, 0x5F].contains(byte)
        }
        return isName && !name.isEmpty ? name : nil
    }

    /// As `getaddrinfo` takes it.
    var text: String { zone.map { "\(address.text)%\($0)" } ?? address.text }
}

extension IPAddress {
    /// Whether an interface of this machine has it.
    var isOfInterface: Bool {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return false }
        defer { freeifaddrs(list) }
        return sequence(first: list) { $0?.pointee.ifa_next }.contains { entry in
            guard let address = entry?.pointee.ifa_addr else { return false }
            let length = Int32(address.pointee.sa_family) == AF_INET6 ? 28 : 16
            return IPAddress(socketAddress: UnsafeRawBufferPointer(start: address, count: length)) == self
        }
    }
}
