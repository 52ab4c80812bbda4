package import AgBase

/// Which addresses a client may connect to. Pure; the name is resolved elsewhere.
///
/// Checked before connecting for every address of the name, and once more for the address that is connected to.
package struct AddressRules: Sendable {
    /// Whether an address may be connected to.
    package let allows: @Sendable (IPAddress) -> Bool
    /// Completes "HOST is …" when it may not.
    package let refusal: String

    package init(refusal: String, allows: @escaping @Sendable (IPAddress) -> Bool) {
        self.refusal = refusal
        self.allows = allows
    }

    /// For URLs that strangers may choose: only addresses of the public Internet, and what `allowed` adds.
    ///
    /// Otherwise a URL could read what only this machine or its network is meant to reach (server-side request forgery).
    package static func publicOnly(allowing allowed: [AddressRange] = []) -> AddressRules {
        AddressRules(refusal: "not an address of the public Internet, and not one that is allowed besides") { address in
            isPublic(address) || allowed.contains { $0.contains(address) }
        }
    }

    /// Whether the address is one that the Internet routes to one machine.
    package static func isPublic(_ address: IPAddress) -> Bool {
        if special.contains(where: { $0.contains(address) }) { return false }
        if let inner = embedded(in: address) { return isPublic(inner) }
        // Of IPv6 only 2000::/3 is assigned.
        return address.isIPv4 || address.high >> 61 == 1
    }

    /// Translation prefixes carry an IPv4 address, which a gateway would connect to: NAT64 (RFC 6052) and 6to4 (RFC 3056).
    private static func embedded(in address: IPAddress) -> IPAddress? {
        if address.high == 0x0064_FF9B_0000_0000, address.low >> 32 == 0 { return IPAddress(v4: address.low) }
        if address.high >> 48 == 0x2002 { return IPAddress(v4: address.high >> 16 & 0xFFFF_FFFF) }
        return nil
    }

    /// The special-purpose registries of IANA (RFC 6890 and its successors), with multicast and what is reserved.
    private static let special: [AddressRange] = [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2620:4f:8000::/48", "3fff::/20", "5f00::/16",
        "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    ].compactMap { AddressRange($0) }
}

extension IPAddress {
    /// From the 32 bits of an IPv4 address.
    fileprivate init?(v4 bits: UInt64) {
        self.init([24, 16, 8, 0].map { "\(bits >> $0 & 255)" }.joined(separator: "."))
    }
}
