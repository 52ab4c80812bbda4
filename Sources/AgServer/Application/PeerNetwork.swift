#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What counts as one stranger: an IPv4 address, or the /64 that a single IPv6 customer has at least.
enum PeerNetwork {
    static func of(_ peer: String) -> String {
        var address = in6_addr()
        guard peer.contains(":"), inet_pton(AF_INET6, peer, &address) == 1 else { return peer }
        return withUnsafeBytes(of: &address) { bytes in
            bytes.prefix(8).map { String($0, radix: 16) }.joined(separator: ".") + "/64"
        }
    }
}
