import AgBase
import CMicrohttpd
import Glibc

/// Sockets whose answer is sent but whose client has not stopped sending: read off for a while, so that the answer arrives.
struct LingeringSockets {
    private struct Socket {
        let descriptor: Int32
        let since: SuspendingClock.Instant
        var lastBytes: SuspendingClock.Instant
        var dropped = 0
    }

    private static let most = 64
    private static let quiet = Duration.seconds(2)
    private static let longest = Duration.seconds(15)
    private static let mostBytes = 256 << 20

    private var sockets: [Socket] = []

    var isEmpty: Bool { sockets.isEmpty }

    /// Keeps a copy of the descriptor open beyond the library's close. With too many already, this one is not kept.
    mutating func add(_ socket: Int32, now: SuspendingClock.Instant) {
        guard sockets.count < Self.most else { return }
        let copy = fcntl(socket, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { return }
        sockets.append(Socket(descriptor: copy, since: now, lastBytes: now))
    }

    var polled: [pollfd] { sockets.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) } }

    /// Reads off what is there and closes those that are done or have had their time.
    mutating func turn(_ now: SuspendingClock.Instant) {
        sockets = sockets.compactMap { socket in
            var socket = socket
            if Self.readOff(&socket, now) { return socket }
            close(socket.descriptor)
            return nil
        }
    }

    /// Whether the socket stays.
    private static func readOff(_ socket: inout Socket, _ now: SuspendingClock.Instant) -> Bool {
        let count = cmhd_discard(socket.descriptor, 1 << 20)
        if count > 0 {
            socket.dropped += count
            socket.lastBytes = now
        }
        return count != 0 && count != -1 && now - socket.lastBytes < quiet && now - socket.since < longest
            && socket.dropped < mostBytes
    }

    mutating func closeAll() {
        for socket in sockets { close(socket.descriptor) }
        sockets = []
    }
}
