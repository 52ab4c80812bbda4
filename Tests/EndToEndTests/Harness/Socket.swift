import Glibc

/// A TCP connection to this machine. Blocks, each call until its deadline at most.
final class Socket: Sendable {
    private let descriptor: Int32

    init(port: UInt16) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw HarnessFailure("No socket: errno \(errno)") }
        self.descriptor = descriptor
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else { throw HarnessFailure("Nobody listens at port \(port): errno \(errno)") }
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit {
        close(descriptor)
    }

    /// Returns whether all was taken; the other side may answer and close before it has read everything.
    @discardableResult
    func send(_ bytes: [UInt8], by deadline: Deadline) throws -> Bool {
        var sent = 0
        while sent < bytes.count {
            try wait(for: Int16(POLLOUT), by: deadline)
            let count = bytes.withUnsafeBytes {
                Glibc.send(
                    descriptor, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
            }
            if count > 0 { sent += count }
            if count < 0, errno == EPIPE || errno == ECONNRESET { return false }
            if count < 0, errno != EAGAIN, errno != EINTR { throw HarnessFailure("send: errno \(errno)") }
        }
        return true
    }

    /// What has come; empty when the other side has closed.
    func receive(by deadline: Deadline) throws -> [UInt8] {
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            try wait(for: Int16(POLLIN), by: deadline)
            let count = recv(descriptor, &piece, piece.count, Int32(MSG_DONTWAIT))
            if count >= 0 { return Array(piece.prefix(count)) }
            if errno == ECONNRESET { return [] }
            if errno != EAGAIN, errno != EINTR { throw HarnessFailure("recv: errno \(errno)") }
        }
    }

    /// Says that no more will be sent, and goes on listening.
    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Ends both ways at once; a thread that waits for bytes is woken.
    func hangUp() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// Makes the close at the end a reset: what a machine that loses its power looks like, made visible at once.
    func resetAtEnd() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    private func wait(for events: Int16, by deadline: Deadline) throws {
        var one = pollfd(fd: descriptor, events: events, revents: 0)
        while true {
            let left = deadline.millisecondsLeft
            guard left > 0 else { throw HarnessFailure("The server did not move on a connection in time.") }
            let count = poll(&one, 1, Int32(min(left, 60_000)))
            if count > 0 { return }
            if count < 0, errno != EINTR { throw HarnessFailure("poll: errno \(errno)") }
        }
    }
}
