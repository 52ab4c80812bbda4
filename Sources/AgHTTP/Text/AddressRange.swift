import AgBase

/// A stretch of addresses: `10.0.0.0/8`, `2001:db8::/32`, or a single one.
struct AddressRange: Equatable, Sendable {
    private let first: IPAddress
    private let bits: Int

    init?(_ text: some StringProtocol) {
        let parts = Substring(text).utf8.split(
            separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = IPAddress(Substring(parts[0])) else { return nil }
        let width = first.isIPv4 && !parts[0].contains(UInt8(ascii: ":")) ? 32 : 128
        guard parts.count == 2 else {
            self.first = first
            bits = 128
            return
        }
        guard 1...3 ~= parts[1].count, parts[1].allSatisfy({ 48...57 ~= $0 }),
            let count = Int(Substring(parts[1])),
            count <= width
        else { return nil }
        self.first = first
        bits = 128 - width + count
    }

    func contains(_ address: IPAddress) -> Bool {
        let differs = (first.high ^ address.high, first.low ^ address.low)
        if bits <= 64 { return bits == 0 || differs.0 >> (64 - bits) == 0 }
        return differs.0 == 0 && differs.1 >> (128 - bits) == 0
    }
}

extension IPAddress {
    /// An entry of `X-Forwarded-For`: an address, also with a port (`192.0.2.1:5060`, `[2001:db8::1]:443`).
    init?(forwarded entry: some StringProtocol) {
        guard entry.utf8.count <= 64 else { return nil }
        let text = HTTPToken.trimmed(entry)
        let colons = text.utf8.filter { $0 == UInt8(ascii: ":") }.count
        if text.utf8.first == UInt8(ascii: "[") {
            let parts = text.utf8.dropFirst().split(
                separator: UInt8(ascii: "]"), maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, Self.isPort(Substring(parts[1])), parts[0].contains(UInt8(ascii: ":")) else {
                return nil
            }
            self.init(Substring(parts[0]))
        } else if colons == 1, let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) {
            guard Self.isPort(text[colon...]) else { return nil }
            self.init(text[..<colon])
        } else {
            self.init(text)
        }
    }

    /// `:443`, or nothing.
    private static func isPort(_ text: Substring) -> Bool {
        guard let colon = text.utf8.first else { return true }
        let digits = text.utf8.dropFirst()
        return colon == UInt8(ascii: ":") && 1...5 ~= digits.count && digits.allSatisfy { 48...57 ~= $0 }
    }
}
