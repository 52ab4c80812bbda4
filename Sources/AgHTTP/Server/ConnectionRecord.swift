import AgBase
import CMicrohttpd
import Glibc
import Synchronization

/// What we know of one connection, for the deadlines that the library does not have.
final class ConnectionRecord: @unchecked Sendable {
    // Made, used and dropped on its loop's thread only.
    let socket: Int32
    let peer: String
    private let connection: DaemonConnection
    private var isCut = false
    var exchange: Exchange?
    /// After the answer, what the client still sends is to be read off.
    var lingers = false
    /// A request may come, and none has begun: the connection is new, or was kept after an answer.
    private var awaitsRequest = true
    private var watch: ConnectionWatch
    private var lastSaid: (at: SuspendingClock.Instant, bytes: Int64)?

    init(_ connection: DaemonConnection) {
        self.connection = connection
        socket = connection.socket
        peer = connection.peer
        watch = ConnectionWatch(openedAt: .now)
    }

    func headBegins(_ exchange: Exchange) {
        self.exchange = exchange
        awaitsRequest = false
        watch.headBegan(at: exchange.startedAt)
    }

    func headIsComplete() { watch.headEnded() }

    /// - Parameter isKept: whether the connection stays open for another request.
    func exchangeEnded(isKept: Bool, at now: SuspendingClock.Instant) {
        awaitsRequest = isKept
        exchange = nil
        lastSaid = nil
        watch.isIdle(since: now)
    }

    var isIdle: Bool { exchange == nil }

    /// The client is there, and what it sent last was neither understood nor answered.
    var isUnheard: Bool { awaitsRequest && !isCut && !lingers && SocketProbe(descriptor: socket).isPeerThere }

    /// Sends a whole answer behind the library's back, in the one moment at which it has nothing to send; `false` unless all
    /// of it went. What the client still sends is read off afterwards, or closing would destroy the answer on its way.
    func send(_ bytes: [UInt8]) -> Bool {
        let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
        let sent = unsafe bytes.withUnsafeBytes { unsafe Glibc.send(socket, $0.baseAddress, $0.count, flags) }
        lingers = lingers || sent == bytes.count
        return sent == bytes.count
    }

    /// Looks at the clock and the socket. Returns why the connection must end, if it must.
    func check(_ now: SuspendingClock.Instant, _ settings: HTTPServerSettings) -> ConnectionWatch.Verdict {
        isCut ? .fine : watch.check(now, stage: stage, settings: settings, socket: SocketProbe(descriptor: socket))
    }

    /// Lets a stream that has been quiet for its interval say that it is still there.
    func beatHeart(_ now: SuspendingClock.Instant) {
        guard let exchange, exchange.course.phase == .answered, let stream = exchange.state.withLock({ $0.stream }),
            let heartbeat = stream.heartbeat
        else { return }
        guard let last = lastSaid, last.bytes == exchange.course.bytesOut else {
            lastSaid = (now, exchange.course.bytesOut)
            return
        }
        guard now - last.at >= heartbeat.every else { return }
        lastSaid = (now, exchange.course.bytesOut)
        if !stream.push(heartbeat.piece) { stream.abort() }
    }

    private var stage: ConnectionWatch.Stage {
        guard let exchange, exchange.course.phase != .head else { return .head }
        let isSuspended = exchange.state.withLock { $0.isSuspended }
        switch exchange.course.phase {
        case .head: return .head
        case .deciding, .answering: return .waiting
        // Held back by us: neither slow nor, with bytes still unread, known to be gone.
        case .body: return isSuspended ? .held : .receiving(bytes: exchange.course.bytesIn)
        case .answered: return isSuspended ? .waiting : .sending
        }
    }

    /// Closes both directions; the library notices and cleans up. The descriptor itself stays the library's. With its
    /// memory full it would not notice, so its own clock is set as well.
    ///
    /// - Parameter reset: what was not taken yet is thrown away, also what the kernel holds.
    func cut(reset: Bool = false) {
        isCut = true
        if reset { cmhd_reset_on_close(socket) }
        exchange?.abandon()
        shutdown(socket, Int32(SHUT_RDWR))
        connection.expire()
    }
}

/// What can be asked of a socket without waiting.
struct SocketProbe {
    let descriptor: Int32

    var isPeerThere: Bool { cmhd_peer_state(descriptor) == 1 }

    var acknowledged: Int64? {
        var bytes: UInt64 = 0
        return unsafe cmhd_bytes_acknowledged(descriptor, &bytes) ? Int64(bytes) : nil
    }

    var hasUnread: Bool { cmhd_bytes_unread(descriptor) > 0 }

    var hasUnacknowledged: Bool { cmhd_bytes_unacknowledged(descriptor) > 0 }
}
