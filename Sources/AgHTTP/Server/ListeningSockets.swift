import AgBase
import Glibc

/// Sockets that listen on one address, one per loop; the kernel spreads new connections over them.
struct ListeningSockets {
    let port: Int
    let descriptors: [Int32]

    private static let backlog: Int32 = 1_024

    /// Throws `Fault` `address-in-use` or `address-unavailable`.
    init(host: String, port: Int, count: Int) throws {
        var opened: [Int32] = []
        do {
            let address = try SocketAddress(host: host, port: port)
            opened.append(try Self.bound(address, shares: false))
            let bound = try SocketAddress(of: opened[0])
            // Only now may others join: before, a second program on the same port would have joined unnoticed.
            if count > 1 { try Self.enable(SO_REUSEPORT, on: opened[0]) }
            for _ in 1..<max(count, 1) where count > 1 { opened.append(try Self.bound(bound, shares: true)) }
            for descriptor in opened { try sys("listen") { listen(descriptor, Self.backlog) } }
            self.port = bound.port
            descriptors = opened
        } catch {
            for descriptor in opened { close(descriptor) }
            throw Self.explained(error, host, port)
        }
    }

    private static func bound(_ address: SocketAddress, shares: Bool) throws -> Int32 {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = try sys("socket") { socket(address.family, kind, 0) }
        do {
            try enable(SO_REUSEADDR, on: descriptor)
            if shares { try enable(SO_REUSEPORT, on: descriptor) }
            _ = unsafe try address.withPointer { pointer, length in
                try sys("bind") { unsafe bind(descriptor, pointer, length) }
            }
        } catch {
            close(descriptor)
            throw error
        }
        return descriptor
    }

    private static func enable(_ option: Int32, on descriptor: Int32) throws {
        var yes: Int32 = 1
        try sys("setsockopt") { unsafe setsockopt(descriptor, SOL_SOCKET, option, &yes, 4) }
    }

    private static func explained(_ error: any Error, _ host: String, _ port: Int) -> any Error {
        guard let error = error as? SystemError else { return error }
        let code = error.errno == EADDRINUSE ? "address-in-use" : "address-unavailable"
        let reason = error.errno == EADDRINUSE ? "another program listens there" : "\(error)"
        return Fault(.unavailable, code, "Cannot listen on \(host) port \(port): \(reason).", cause: error)
    }
}
