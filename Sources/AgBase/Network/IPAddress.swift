import Glibc

/// An IPv6 address, or an IPv4 address as IPv6 maps it (`::ffff:192.0.2.1`), so that both forms of one address are equal.
package struct IPAddress: Hashable, Sendable {
    /// The first and the last eight bytes.
    package let high: UInt64
    package let low: UInt64

    private static let mappedPrefix: UInt64 = 0xFFFF

    /// Reads `192.0.2.1` and `2001:db8::1`, and nothing else: no port, no brackets, no zone, no leading zeros.
    package init?(_ text: some StringProtocol) {
        let text = String(text)
        guard let bytes = Self.read(AF_INET, 4, text) ?? Self.read(AF_INET6, 16, text) else { return nil }
        self.init(bytes)
    }

    /// 4 or 16 bytes in the order of the network; `nil` for any other number.
    package init?(_ bytes: some Collection<UInt8>) {
        switch bytes.count {
        case 4:
            high = 0
            low = Self.mappedPrefix << 32 | Self.number(bytes)
        case 16:
            high = Self.number(bytes.prefix(8))
            low = Self.number(bytes.suffix(8))
        default: return nil
        }
    }

    /// The address of a `sockaddr`; `nil` for families other than IPv4 and IPv6.
    package init?(socketAddress raw: UnsafeRawBufferPointer) {
        guard raw.count >= 8 else { return nil }
        switch Int32(raw.loadUnaligned(as: sa_family_t.self)) {
        case AF_INET: self.init(raw[4..<8])
        case AF_INET6 where raw.count >= 24: self.init(raw[8..<24])
        default: return nil
        }
    }

    private static func read(_ family: Int32, _ count: Int, _ text: String) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        return inet_pton(family, text, &bytes) == 1 ? bytes : nil
    }

    private static func number(_ bytes: some Collection<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }

    package var isIPv4: Bool { high == 0 && low >> 32 == Self.mappedPrefix }

    /// As it is usually written: `192.0.2.1`, `2001:db8::1`.
    package var text: String {
        if isIPv4 { return [24, 16, 8, 0].map { "\(low >> $0 & 255)" }.joined(separator: ".") }
        let bytes = [high, low].flatMap { half in (0..<8).map { UInt8(truncatingIfNeeded: half >> (56 - 8 * $0)) } }
        var space = [CChar](repeating: 0, count: 64)
        inet_ntop(AF_INET6, bytes, &space, socklen_t(space.count))
        return String(decoding: space.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// What counts as one place on the network: an IPv4 address, or the /64 that a single IPv6 customer has at least.
    package var network: String {
        isIPv4
            ? text
            : stride(from: 48, through: 0, by: -16)
                .map { String(high >> $0 & 0xFFFF, radix: 16) }.joined(separator: ":") + "::/64"
    }

    /// 0.0.0.0 or ::, which stand for every address of a machine.
    package var isUnspecified: Bool { high == 0 && (low == 0 || low == Self.mappedPrefix << 32) }

    /// 127.0.0.0/8 and ::1.
    package var isLoopback: Bool { isIPv4 ? low >> 24 & 255 == 127 : high == 0 && low == 1 }
}
