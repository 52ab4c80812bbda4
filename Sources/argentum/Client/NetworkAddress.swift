import AgBase

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An IPv4 or IPv6 address without its port, in the byte order of the network. IPv4 inside IPv6 counts as IPv4.
struct NetworkAddress: Hashable, Sendable {
    /// 4 or 16 bytes.
    private let bytes: [UInt8]
    /// As in `fe80::1%eth0`.
    private let zone: String?

    /// Dotted IPv4 with four decimal numbers, or IPv6, perhaps with a zone (`%eth0`, in URLs also `%25eth0`); nothing else.
    init?(_ text: String) {
        let parts = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        if let bytes = Self.read(AF_INET, 4, parts[0]), parts.count == 1 {
            self.bytes = bytes
            zone = nil
        } else if let bytes = Self.read(AF_INET6, 16, parts[0]) {
            zone = parts.count == 2 ? Self.zone(parts[1]) : nil
            guard parts.count == 1 || zone != nil else { return nil }
            self.bytes = bytes
        } else {
            return nil
        }
    }

    /// From a `sockaddr`; `nil` for other families.
    init?(socketAddress raw: UnsafeRawBufferPointer) {
        guard raw.count >= 16 else { return nil }
        zone = nil
        switch Int32(raw.loadUnaligned(as: sa_family_t.self)) {
        case AF_INET: bytes = Array(raw[4..<8])
        case AF_INET6 where raw.count >= 24:
            let all = Array(raw[8..<24])
            bytes = all.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF] ? Array(all.suffix(4)) : all
        default: return nil
        }
    }

    private static func read(_ family: Int32, _ count: Int, _ text: String) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        return inet_pton(family, text, &bytes) == 1 ? bytes : nil
    }

    private static func zone(_ text: String) -> String? {
        let name = text.hasPrefix("25") && text.count > 2 ? String(text.dropFirst(2)) : text
        let isName = name.utf8.allSatisfy { byte in
            48...57 ~= byte || 65...90 ~= byte || 97...122 ~= byte || [0x2D, 0x2E, 0x5F].contains(byte)
        }
        return isName && !name.isEmpty ? name : nil
    }

    var isIPv4: Bool { bytes.count == 4 }

    /// As `getaddrinfo` takes it.
    var text: String {
        var space = [CChar](repeating: 0, count: 64)
        inet_ntop(isIPv4 ? AF_INET : AF_INET6, bytes, &space, socklen_t(space.count))
        let text = String(decoding: space.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return zone.map { "\(text)%\($0)" } ?? text
    }

    /// 0.0.0.0 or ::, which stand for every address of a machine.
    var isUnspecified: Bool { bytes.allSatisfy { $0 == 0 } }

    /// 127.0.0.0/8, also inside IPv6, and ::1.
    var isLoopback: Bool {
        if isIPv4 { return bytes[0] == 127 }
        let isMapped = bytes.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        return isMapped ? bytes[12] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] == 1
    }

    /// Whether an interface of this machine has it.
    var isOfInterface: Bool {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return false }
        defer { freeifaddrs(list) }
        return sequence(first: list) { $0?.pointee.ifa_next }.contains { entry in
            guard let address = entry?.pointee.ifa_addr else { return false }
            let length = Int32(address.pointee.sa_family) == AF_INET6 ? 28 : 16
            let raw = UnsafeRawBufferPointer(start: address, count: length)
            return NetworkAddress(socketAddress: raw)?.bytes == bytes
        }
    }
}
