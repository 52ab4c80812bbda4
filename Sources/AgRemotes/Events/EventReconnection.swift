/// Decides whether and when an event stream is opened again, and where it goes on. Pure.
package struct EventReconnection: Sendable {
    package enum Ending: Sendable {
        /// The connection ended, or could not be made.
        case broken(RemoteError?)
        /// The server answered something else than a stream.
        case refused(status: Int, retryAfter: Duration?)
    }

    package enum Decision: Sendable, Hashable {
        case reconnect(after: Duration)
        case stop
    }

    /// Sent as `Last-Event-ID`: the server replays what came after it.
    package private(set) var lastID: String?
    private var pause: Duration
    private let longestPause: Duration
    private var failures = 0

    /// - Parameter pause: before the first new connection, until the server names another; doubles with each failure in a row.
    package init(lastID: String? = nil, pause: Duration = .seconds(3), longestPause: Duration = .seconds(60)) {
        self.lastID = lastID
        self.pause = pause
        self.longestPause = longestPause
    }

    /// The stream works: something came over it.
    package mutating func take(_ event: StreamedEvent, retry: Duration?) {
        if let retry { pause = min(retry, longestPause) }
        if case .event(_, _, let id?) = event { lastID = id.isEmpty ? nil : id }
        if event != .opened { failures = 0 }
    }

    /// - Parameter chance: from 0 to 1; spreads listeners that were cut off together.
    package mutating func decision(after ending: Ending, chance: Double) -> Decision {
        let asked: Duration?
        switch ending {
        case .broken(let error):
            guard error?.isPassing ?? true else { return .stop }
            asked = nil
        case .refused(let status, let retryAfter):
            guard [408, 425, 429, 500, 502, 503, 504].contains(status) else { return .stop }
            asked = retryAfter
        }
        let backOff = min(pause * (1 << min(failures, 10)), longestPause)
        failures += 1
        return .reconnect(after: max(asked ?? .zero, backOff) * (1 + chance / 4))
    }
}
