/// A stretch of addresses: `10.0.0.0/8`, `2001:db8::/32`, or a single one.
package struct AddressRange: Hashable, Sendable {
    private let first: IPAddress
    private let bits: Int

    package init?(_ text: some StringProtocol) {
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

    package func contains(_ address: IPAddress) -> Bool {
        let differs = (first.high ^ address.high, first.low ^ address.low)
        if bits <= 64 { return bits == 0 || differs.0 >> (64 - bits) == 0 }
        return differs.0 == 0 && differs.1 >> (128 - bits) == 0
    }
}
