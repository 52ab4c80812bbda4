import AgBase
import Glibc

/// A client that says exactly the bytes it is told to and waits at most ten seconds for anything.
///
/// Blocking: use it on `blocking { … }` only.
final class RawClient {
    struct Answer {
        var status = 0
        var headers: [(name: String, value: String)] = []
        var body: [UInt8] = []

        func header(_ name: String) -> String? {
            headers.first { $0.name.lowercased() == name.lowercased() }?.value
        }

        var text: String { String(decoding: body, as: UTF8.self) }
    }

    struct Broken: Error, CustomStringConvertible {
        let description: String
    }

    let socket: Int32
    private var buffered: [UInt8] = []

    /// - Parameter receiveBuffer: a small one makes a slow reader slow at once.
    init(port: Int, host: String = "127.0.0.1", receiveBuffer: Int32? = nil) throws {
        socket = try sys("socket") { Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0) }
        var wait = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
        if var receiveBuffer { setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, 4) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        inet_pton(AF_INET, host, &address.sin_addr)
        try sys("connect") {
            withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
    }

    deinit {
        Glibc.close(socket)
    }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            sent += try sys("send") {
                bytes.withUnsafeBytes {
                    Glibc.send(socket, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
                }
            }
        }
    }

    /// Sends up to `most` bytes of ones until nothing more is taken for a while; returns how many were.
    func sendUntilHeldBack(_ most: Int) throws -> Int {
        let piece = [UInt8](repeating: 1, count: 64 << 10)
        var sent = 0
        while sent < most {
            var watched = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
            guard poll(&watched, 1, 300) > 0 else { break }
            let room = min(piece.count, most - sent)
            sent += try sys("send") { Glibc.send(socket, piece, room, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)) }
        }
        return sent
    }

    /// Reads until there is no more; returns how many bytes that were, and the error that ended it or 0.
    func takeAll() -> (count: Int, error: Int32) {
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        var count = 0
        while true {
            let step = recv(socket, &piece, piece.count, 0)
            if step <= 0 { return (count, step < 0 ? errno : 0) }
            count += step
        }
    }

    /// No more will be sent; answers can still be read.
    func finishSending() { shutdown(socket, Int32(SHUT_WR)) }

    /// Closes so that the other end sees a reset.
    func reset() {
        var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
        // The descriptor stays ours until deinit: connecting to nothing is what resets it now.
        var nothing = sockaddr()
        nothing.sa_family = sa_family_t(AF_UNSPEC)
        connect(socket, &nothing, socklen_t(MemoryLayout<sockaddr>.size))
    }

    func request(_ text: String, isHead: Bool = false) throws -> Answer {
        try send(text)
        return try answer(isHead: isHead)
    }

    func get(_ target: String, headers: String = "") throws -> Answer {
        try request("GET \(target) HTTP/1.1\r\nHost: test\r\n\(headers)\r\n")
    }

    /// The next answer; `100 Continue` counts as one.
    func answer(isHead: Bool = false) throws -> Answer {
        var answer = Answer()
        let status = try line()
        guard status.hasPrefix("HTTP/1."), let code = Int(status.dropFirst(9).prefix(3)) else {
            throw Broken(description: "not a status line: \(status)")
        }
        answer.status = code
        while case let text = try line(), !text.isEmpty {
            let parts = text.split(separator: ":", maxSplits: 1)
            answer.headers.append((String(parts[0]), parts.count < 2 ? "" : String(parts[1].drop { $0 == " " })))
        }
        if !isHead, code >= 200, code != 204, code != 304 { answer.body = try body(answer) }
        return answer
    }

    private func body(_ answer: Answer) throws -> [UInt8] {
        if answer.header("transfer-encoding") == "chunked" { return try chunks() }
        guard let length = answer.header("content-length").flatMap({ Int($0) }) else { return try rest() }
        return try exactly(length)
    }

    private func chunks() throws -> [UInt8] {
        var body: [UInt8] = []
        while let chunk = try chunk() { body += chunk }
        return body
    }

    /// The next chunk of a chunked body, `nil` at its end.
    func chunk() throws -> [UInt8]? {
        guard let size = Int(try line(), radix: 16) else { throw Broken(description: "not a chunk size") }
        let bytes = try exactly(size)
        _ = try line()
        return size == 0 ? nil : bytes
    }

    func line() throws -> String {
        while true {
            if let end = buffered.firstIndex(of: 10) {
                let line = buffered[..<end]
                defer { buffered.removeFirst(end + 1) }
                return String(decoding: line.last == 13 ? line.dropLast() : line, as: UTF8.self)
            }
            guard try more() else {
                throw Broken(description: "closed in a line after '\(String(decoding: buffered, as: UTF8.self))'")
            }
        }
    }

    func exactly(_ count: Int) throws -> [UInt8] {
        while buffered.count < count {
            guard try more() else { throw Broken(description: "closed after \(buffered.count) of \(count) bytes") }
        }
        defer { buffered.removeFirst(count) }
        return Array(buffered[..<count])
    }

    /// Everything until the other end closes.
    func rest() throws -> [UInt8] {
        while try more() {}
        defer { buffered = [] }
        return buffered
    }

    /// Whether the other end has closed and nothing was left to read.
    func isClosed() throws -> Bool {
        do {
            return try rest().isEmpty
        } catch let error as SystemError where error.errno == ECONNRESET {
            return true
        }
    }

    private func more() throws -> Bool {
        var space = [UInt8](repeating: 0, count: 64 << 10)
        let count = try sys("recv") { recv(socket, &space, space.count, 0) }
        buffered += space[..<count]
        return count > 0
    }
}
