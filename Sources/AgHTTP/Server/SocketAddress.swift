import AgBase
import Glibc

/// An IPv4 or IPv6 address with a port.
struct SocketAddress {
    private var storage: sockaddr_storage
    private let length: socklen_t

    /// Takes numbers and names; a name's first address counts. Throws `Fault` `address-unavailable`.
    init(host: String, port: Int) throws {
        var hints = unsafe addrinfo()
        unsafe hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = unsafe getaddrinfo(Self.bare(host), "\(port)", &hints, &list)
        guard code == 0, let first = unsafe list else {
            throw Fault(.unavailable, "address-unavailable", "'\(host)' port \(port) is not an address to listen on.")
        }
        defer { unsafe freeaddrinfo(first) }
        storage = sockaddr_storage()
        length = unsafe first.pointee.ai_addrlen
        unsafe withUnsafeMutableBytes(of: &storage) { bytes in
            unsafe bytes.copyMemory(
                from: UnsafeRawBufferPointer(start: first.pointee.ai_addr, count: Int(first.pointee.ai_addrlen)))
        }
    }

    /// The address that a socket is bound to.
    init(of descriptor: Int32) throws {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        try sys("getsockname") {
            unsafe withUnsafeMutablePointer(to: &storage) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe getsockname(descriptor, $0, &length)
                }
            }
        }
        self.storage = storage
        self.length = length
    }

    var family: Int32 { Int32(storage.ss_family) }

    /// In both families the port follows the family, high byte first.
    var port: Int {
        unsafe withUnsafeBytes(of: storage) { unsafe Int($0[2]) << 8 | Int($0[3]) }
    }

    func withPointer<Value>(_ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Value) rethrows -> Value {
        unsafe try withUnsafePointer(to: storage) { pointer in
            unsafe try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe try body($0, length) }
        }
    }

    /// `[::1]` as people write it in URLs, without its brackets.
    private static func bare(_ host: String) -> String {
        host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
    }
}
