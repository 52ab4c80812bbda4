package import AgBase

/// The proxies whose word about a client's address is believed.
package struct TrustedProxies: Sendable {
    private let ranges: [AddressRange]

    package static let none = TrustedProxies(ranges: [])

    private init(ranges: [AddressRange]) {
        self.ranges = ranges
    }

    /// - Parameter words: addresses and ranges, `127.0.0.1` or `10.0.0.0/8`. Throws what is neither.
    package init(_ words: [String]) throws(SettingsProblem) {
        let read = words.map { (word: $0, range: AddressRange($0)) }
        let wrong = read.filter { $0.range == nil }.map {
            "trusted-proxies takes addresses and ranges such as 127.0.0.1, 10.0.0.0/8 or fd00::/8, not '\($0.word)'."
        }
        guard wrong.isEmpty else { throw SettingsProblem(wrong) }
        ranges = read.compactMap(\.range)
    }

    /// The client's address: the last one in `X-Forwarded-For` that is no trusted proxy, if the other end is one.
    ///
    /// Read from the right, where each proxy adds whom it saw; what stands further left was claimed by the client. An entry
    /// that is no address ends the search: the proxy before it is then the client, as far as anybody can tell.
    package func client(peer: String, _ headers: HTTPHeaders) -> String {
        guard !ranges.isEmpty, headers.contains(any: .forwardedFor), let near = IPAddress(peer), isTrusted(near) else {
            return peer
        }
        var client = near
        for line in headers.all("x-forwarded-for").reversed() {
            for entry in line.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).reversed() {
                guard let address = IPAddress(forwarded: Substring(entry)) else { return client.text }
                client = address
                if !isTrusted(address) { return client.text }
            }
        }
        return client.text
    }

    private func isTrusted(_ address: IPAddress) -> Bool { ranges.contains { $0.contains(address) } }
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
