import AgBase

/// Decides when a connection has been too slow or too quiet for too long. Time and socket are told to it.
struct ConnectionWatch {
    enum Stage: Equatable {
        /// No complete head yet.
        case head
        /// A body arrives; how much of it has.
        case receiving(bytes: Int64)
        /// We hold the body back.
        case held
        /// The handler works, or a stream has nothing to send.
        case waiting
        /// An answer is being sent.
        case sending
    }

    enum Verdict: Equatable {
        case fine
        case slowHead
        case idle
        case slowBody
        /// The library has no use for what the client sends, and would turn in circles for ever.
        case stuck
        case slowReader
        case gone
    }

    /// A stretch of time over which progress is measured.
    private struct Window {
        let since: SuspendingClock.Instant
        let bytes: Int64
    }

    private var headSince: SuspendingClock.Instant?
    private var idleSince: SuspendingClock.Instant
    private var peerCheckedAt: SuspendingClock.Instant
    private var stage = Stage.head
    private var window: Window?
    private var standsBeforeUnread = false

    /// A fresh connection owes a head at once.
    init(openedAt now: SuspendingClock.Instant) {
        headSince = now
        idleSince = now
        peerCheckedAt = now
    }

    mutating func headBegan(at now: SuspendingClock.Instant) {
        headSince = headSince ?? now
    }

    mutating func headEnded() {
        headSince = nil
    }

    mutating func isIdle(since now: SuspendingClock.Instant) {
        headSince = nil
        idleSince = now
        window = nil
    }

    mutating func check(
        _ now: SuspendingClock.Instant, stage: Stage, settings: HTTPServerSettings, socket: some SocketState
    ) -> Verdict {
        switch stage {
        case .head: return checkHead(now, settings, socket)
        case .receiving(let bytes): return checkReceiving(now, bytes, settings, socket)
        case .held: window = nil
        case .waiting:
            window = nil
            return checkPeer(now, settings, socket)
        case .sending: return checkSending(now, settings, socket)
        }
        return .fine
    }

    private mutating func checkHead(
        _ now: SuspendingClock.Instant, _ settings: HTTPServerSettings, _ socket: some SocketState
    ) -> Verdict {
        if let headSince { return now - headSince > settings.headTimeout ? .slowHead : .fine }
        // The library is done with an answer when the kernel has it; the other end may still be taking it by the drop.
        if checkSending(now, settings, socket) == .slowReader { return .slowReader }
        if now - idleSince > settings.idleTimeout { return .idle }
        return checkPeer(now, settings, socket)
    }

    /// A connection that nothing is read from does not report its end by itself.
    private mutating func checkPeer(
        _ now: SuspendingClock.Instant, _ settings: HTTPServerSettings, _ socket: some SocketState
    ) -> Verdict {
        guard now - peerCheckedAt >= settings.peerCheck else { return .fine }
        peerCheckedAt = now
        return socket.isPeerThere ? .fine : .gone
    }

    private mutating func checkReceiving(
        _ now: SuspendingClock.Instant, _ bytes: Int64, _ settings: HTTPServerSettings, _ socket: some SocketState
    ) -> Verdict {
        defer { stage = .receiving(bytes: bytes) }
        let standsStill = stage == .receiving(bytes: bytes)
        // An end that came together with the last bytes is not reported either (edge-triggered epoll, short read).
        if standsStill, !socket.isPeerThere { return .gone }
        if isStuck(standsStill && socket.hasUnread) { return .stuck }
        return isSlow(now, bytes, settings) ? .slowBody : .fine
    }

    /// Bytes may have come this very moment; between two looks the library would have taken them. It does not when a
    /// line of a chunked body, such as a size with its extensions, is longer than its memory.
    private mutating func isStuck(_ standsNow: Bool) -> Bool {
        defer { standsBeforeUnread = standsNow }
        return standsNow && standsBeforeUnread
    }

    private mutating func checkSending(
        _ now: SuspendingClock.Instant, _ settings: HTTPServerSettings, _ socket: some SocketState
    ) -> Verdict {
        guard socket.hasUnacknowledged, let bytes = socket.acknowledged else {
            window = nil
            return .fine
        }
        return isSlow(now, bytes, settings) ? .slowReader : .fine
    }

    private mutating func isSlow(_ now: SuspendingClock.Instant, _ bytes: Int64, _ settings: HTTPServerSettings) -> Bool
    {
        guard let begun = window, begun.bytes <= bytes else {
            window = Window(since: now, bytes: bytes)
            return false
        }
        let elapsed = now - begun.since
        guard elapsed >= settings.rateWindow else { return false }
        window = Window(since: now, bytes: bytes)
        return Double(bytes - begun.bytes) < Double(settings.minBytesPerSecond) * elapsed.inSeconds
    }
}

/// What the watch asks of a socket.
protocol SocketState {
    /// The other end has neither closed nor broken the connection.
    var isPeerThere: Bool { get }
    /// Bytes that have reached the other end; `nil` when the system does not tell.
    var acknowledged: Int64? { get }
    /// Something has arrived that the library has not read.
    var hasUnread: Bool { get }
    /// Something is on its way.
    var hasUnacknowledged: Bool { get }
}

extension SocketProbe: SocketState {}
