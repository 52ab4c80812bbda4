import AgBase
import CTestTLS
import Glibc

/// A server of a test: raw connections on this machine, each on a thread of its own, perhaps with TLS.
package final class LoopbackServer: Sendable {
    package let port: Int
    /// How many connections were accepted.
    package let accepted = Collected<Int>()
    private let file: OpenFile

    /// - Parameter serve: what is done with each connection; it is closed when this returns.
    package init(tls: TLSIdentity? = nil, address: String = "127.0.0.1", _ serve: @escaping @Sendable (Peer) -> Void)
        throws
    {
        let file = OpenFile(adopting: try sys("socket") { socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) })
        port = try Self.listen(file, address)
        self.file = file
        let accepted = accepted
        NamedThread.start("loopback") {
            while case let descriptor = accept(file.descriptor, nil, nil), descriptor >= 0 {
                accepted.add(1)
                let connection = OpenFile(adopting: descriptor)
                NamedThread.start("peer") {
                    guard let peer = Peer(connection, tls) else { return }
                    serve(peer)
                    peer.close()
                }
            }
        }
    }

    /// A server that reads a request, answers, and goes on with the same connection until `answer` returns false.
    package static func http(
        tls: TLSIdentity? = nil, _ answer: @escaping @Sendable (ReceivedRequest, Peer) -> Bool
    ) throws -> LoopbackServer {
        try LoopbackServer(tls: tls) { peer in
            while let request = peer.readRequest(), answer(request, peer) {}
        }
    }

    deinit { shutdown(file.descriptor, Int32(SHUT_RDWR)) }

    private static func listen(_ file: OpenFile, _ host: String) throws -> Int {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        inet_pton(AF_INET, host, &address.sin_addr)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        try withUnsafeMutablePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                try sys("bind") { bind(file.descriptor, pointer, length) }
                try sys("listen") { Glibc.listen(file.descriptor, 64) }
                try sys("getsockname") { getsockname(file.descriptor, pointer, &length) }
            }
        }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}

/// What a client sent: the head, and the body when its length was announced.
package struct ReceivedRequest: Sendable {
    package let method: String
    package let path: String
    package let head: String
    package let body: [UInt8]

    package func header(_ name: String) -> String? {
        let line = head.split(separator: "\r\n").dropFirst().first {
            $0.lowercased().hasPrefix("\(name.lowercased()):")
        }
        return line.map { String($0.split(separator: ":", maxSplits: 1)[1].drop { $0 == " " }) }
    }
}

/// The server's end of one connection. Used by one thread.
package final class Peer: @unchecked Sendable {
    // Unchecked: one thread serves a connection from its begin to its end.
    private let file: OpenFile
    private var tls: OpaquePointer?
    private var buffer: [UInt8] = []
    private var isCut = false

    init?(_ file: OpenFile, _ identity: TLSIdentity?) {
        self.file = file
        guard let identity else { return }
        tls = identity.accept(file.descriptor)
        if tls == nil { return nil }
    }

    package func offered(_ protocolName: String) -> Bool {
        tls.map { ctest_tls_offered($0, protocolName) == 1 } ?? false
    }

    /// At most so many bytes; empty when the client is gone.
    package func read(_ count: Int = 64 << 10) -> [UInt8] {
        var space = [UInt8](repeating: 0, count: count)
        let got = tls.map { Int(ctest_tls_read($0, &space, Int32(count))) } ?? recv(file.descriptor, &space, count, 0)
        return Array(space.prefix(max(got, 0)))
    }

    /// False when the client is gone.
    @discardableResult
    package func write(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { rest in
                tls.map { Int(ctest_tls_write($0, rest.baseAddress, Int32(rest.count))) }
                    ?? send(file.descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    @discardableResult
    package func write(_ text: String) -> Bool { write(Array(text.utf8)) }

    /// An answer with a body.
    @discardableResult
    package func answer(_ status: Int, _ body: String = "", _ headers: String = "") -> Bool {
        write("HTTP/1.1 \(status) X\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)")
    }

    /// The head and an announced or chunked body; `nil` when the client is gone.
    package func readRequest() -> ReceivedRequest? {
        guard let head = readHead() else { return nil }
        let words = head.split(separator: " ", maxSplits: 2).map(String.init)
        let bare = ReceivedRequest(method: words[0], path: words[1], head: head, body: [])
        guard
            let body = bare.header("Transfer-Encoding") == nil
                ? readExactly(bare.header("Content-Length").flatMap { Int($0) } ?? 0) : readChunks()
        else { return nil }
        return ReceivedRequest(method: words[0], path: words[1], head: head, body: body)
    }

    package func readHead() -> String? {
        while true {
            if let end = buffer.firstRange(of: Array("\r\n\r\n".utf8)) {
                defer { buffer = Array(buffer[end.upperBound...]) }
                return String(decoding: buffer[..<end.lowerBound], as: UTF8.self)
            }
            guard more() else { return nil }
        }
    }

    private func readExactly(_ count: Int) -> [UInt8]? {
        while buffer.count < count { guard more() else { return nil } }
        defer { buffer = Array(buffer[count...]) }
        return Array(buffer[..<count])
    }

    private func readChunks() -> [UInt8]? {
        var body: [UInt8] = []
        while true {
            while !buffer.contains(0x0A) { guard more() else { return nil } }
            let line = buffer.prefix { $0 != 0x0D }
            guard let size = Int(String(decoding: line, as: UTF8.self), radix: 16) else { return nil }
            buffer = Array(buffer[(line.count + 2)...])
            guard let chunk = readExactly(size + 2) else { return nil }
            if size == 0 { return body }
            body += chunk.dropLast(2)
        }
    }

    private func more() -> Bool {
        let piece = read()
        buffer += piece
        return !piece.isEmpty
    }

    /// Waits until the client closes.
    package func waitForEnd() { while !read().isEmpty {} }

    /// Makes the close a reset.
    package func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(file.descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        isCut = true
    }

    fileprivate func close() {
        if let tls { ctest_tls_end(tls, isCut ? 1 : 0) }
        tls = nil
        // A close with unread bytes would be a reset, which can overtake the answer.
        if !isCut {
            shutdown(file.descriptor, Int32(SHUT_WR))
            var limit = timeval(tv_sec: 1, tv_usec: 0)
            setsockopt(file.descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
            var space = [UInt8](repeating: 0, count: 4_096)
            while recv(file.descriptor, &space, space.count, 0) > 0 {}
        }
    }
}

/// A key and a certificate made for one test.
package final class TLSIdentity: Sendable {
    /// The certificate as PEM, for the client to trust.
    package let path: String
    private let folder = TemporaryFolder()
    // OpenSSL's contexts may be used by several threads once they are set up.
    nonisolated(unsafe) private let context: OpaquePointer

    package init(names: String = "DNS:localhost,IP:127.0.0.1", endsIn seconds: Int = 3_600) throws {
        path = folder.file("authority.pem")
        guard let context = ctest_tls_new(names, seconds, path) else { throw SystemError(call: "tls", errno: EINVAL) }
        self.context = context
    }

    deinit { ctest_tls_free(context) }

    func accept(_ descriptor: Int32) -> OpaquePointer? { ctest_tls_accept(context, descriptor) }
}
