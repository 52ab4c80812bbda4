import AgBase

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A TCP connection that blocks. Used on a thread made for that, by one owner at a time.
final class ClientSocket {
    private let file: OpenFile
    private var buffer: ArraySlice<UInt8> = []

    /// Connects to the first of the host's addresses that answers.
    ///
    /// Throws `ServerAway` when none does, `Failure` for a host that is not known, and when `isLocal` demands this machine
    /// and it is another one that was connected to.
    init(_ address: ServerAddress, isLocal: Bool, timeout: Duration) throws {
        file = try Self.connectToAny(of: address, timeout)
        guard !isLocal || isPeerThisMachine else { throw Failure.isElsewhere(address) }
    }

    private static func connectToAny(of address: ServerAddress, _ timeout: Duration) throws -> OpenFile {
        var last: Int32 = ECONNREFUSED
        for candidate in try resolve(address) {
            do {
                return try connect(candidate, timeout)
            } catch {
                last = error.errno
            }
        }
        throw ServerAway(
            "No server answers at \(address): \(String(cString: strerror(last))). Is `argentum serve` running there? "
                + "Commands look for it in the data directory (--data, by default argentum-data in this folder), or at --server URL."
        )
    }

    /// Whether the other end is on this machine: a loopback address, or the same address as our own end.
    private var isPeerThisMachine: Bool {
        guard let peer = endpoint(getpeername), let own = endpoint(getsockname) else { return false }
        return peer.isLoopback || peer == own
    }

    private func endpoint(
        _ ask: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) -> IPAddress? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let code = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { ask(file.descriptor, $0, &length) }
        }
        guard code == 0 else { return nil }
        return withUnsafeBytes(of: storage) { IPAddress(socketAddress: $0) }
    }

    private struct Candidate {
        let family: Int32
        let bytes: [UInt8]
    }

    private static func resolve(_ address: ServerAddress) throws -> [Candidate] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(address.host, "\(address.port)", &hints, &list)
        guard code != EAI_AGAIN else {
            throw ServerAway(
                "The host '\(address.host)' cannot be looked up now: \(String(cString: gai_strerror(code))).")
        }
        guard code == 0 else {
            throw Failure(.error, "The host '\(address.host)' is not known: \(String(cString: gai_strerror(code))).")
        }
        defer { freeaddrinfo(list) }
        return sequence(first: list) { $0?.pointee.ai_next }.compactMap { $0 }.map { entry in
            let info = entry.pointee
            let bytes = UnsafeRawBufferPointer(start: info.ai_addr, count: Int(info.ai_addrlen))
            return Candidate(family: info.ai_family, bytes: Array(bytes))
        }
    }

    private static func connect(_ candidate: Candidate, _ timeout: Duration) throws(SystemError) -> OpenFile {
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let file = OpenFile(adopting: try sys("socket") { socket(candidate.family, kind, 0) })
        var limit = timeval(tv_sec: Int(timeout.components.seconds), tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            try sys("setsockopt") {
                setsockopt(file.descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
            }
        }
        try sys("connect") {
            candidate.bytes.withUnsafeBytes { bytes in
                Glibc.connect(
                    file.descriptor, bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self),
                    socklen_t(bytes.count))
            }
        }
        return file
    }

    /// Sends all bytes. Throws `SystemError`, EPIPE when the server hung up; no signal is raised.
    func send(_ bytes: some Collection<UInt8>) throws(SystemError) {
        let all = Array(bytes)
        var sent = 0
        while sent < all.count {
            sent += try sys("send") {
                all.withUnsafeBytes {
                    Glibc.send(file.descriptor, $0.baseAddress! + sent, all.count - sent, Int32(MSG_NOSIGNAL))
                }
            }
        }
    }

    /// The next bytes, `limit` at most; empty at the end. Throws `SystemError`, EAGAIN when nothing came in time.
    func read(upTo limit: Int = 64 << 10) throws(SystemError) -> ArraySlice<UInt8> {
        if buffer.isEmpty { try fill() }
        let piece = buffer.prefix(limit)
        buffer = buffer.dropFirst(piece.count)
        return piece
    }

    /// A line without its end; `nil` when the connection ended first. Lines longer than 64 KiB are refused.
    func line() throws -> String? {
        var bytes: [UInt8] = []
        while true {
            if buffer.isEmpty { try fill() }
            if buffer.isEmpty { return nil }
            let end = buffer.firstIndex(of: UInt8(ascii: "\n"))
            bytes += buffer[..<(end ?? buffer.endIndex)]
            buffer = end.map { buffer[($0 + 1)...] } ?? []
            guard bytes.count <= 64 << 10 else { throw Failure(.error, "The server sent a line without end.") }
            guard end != nil else { continue }
            if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    private func fill() throws(SystemError) {
        var space = [UInt8](repeating: 0, count: 64 << 10)
        let count = try sys("recv") {
            space.withUnsafeMutableBytes { recv(file.descriptor, $0.baseAddress, $0.count, 0) }
        }
        buffer = space[..<count]
    }

    /// Ends the connection from another thread: a read that waits there returns.
    var stop: @Sendable () -> Void {
        { [file] in shutdown(file.descriptor, Int32(SHUT_RDWR)) }
    }
}
