/// How a server listens, and what it puts up with.
package struct HTTPServerSettings: Sendable {
    /// An address or a name that stands for one: `127.0.0.1`, `::1`, `::` for all of both kinds, `localhost`.
    package var host = "127.0.0.1"
    /// 0 takes a free port.
    package var port = 8080
    /// Threads that serve connections; 0 is one for up to two cores, otherwise half as many as cores.
    package var loops = 0
    /// Open connections of all loops together.
    package var maxConnections = 16_384
    /// Open connections from one address; 0 is no limit. Not for a server behind a proxy.
    package var maxConnectionsPerAddress = 0
    /// A request's head with what the library keeps about its fields, query and cookies.
    package var maxHeadMemory = 16 << 10
    /// A connection's memory: the request's head, and that of the answer. Cleared after every request, so larger is slower.
    var connectionMemory: Int { maxHeadMemory + (4 << 10) }
    package var maxHeaderFields = 128
    /// Whose `X-Forwarded-For` names the client.
    package var trustedProxies = TrustedProxies.none
    package var maxTargetLength = 8 << 10
    /// A head must be complete this long after it began.
    package var headTimeout = Duration.seconds(10)
    /// A connection without a request is closed after this long.
    package var idleTimeout = Duration.seconds(60)
    /// The slowest sender and the slowest reader put up with, in bytes per second, measured over `rateWindow`.
    package var minBytesPerSecond: Int64 = 1 << 10
    package var rateWindow = Duration.seconds(15)
    /// How often to look whether the client of a waiting request is still there.
    package var peerCheck = Duration.seconds(5)
    /// The precision of all of the above.
    package var tick = Duration.seconds(1)
    /// How much of an unread body is read off so that the connection can be used again.
    package var drainLimit: Int64 = 1 << 20
    /// A line per request.
    package var logsRequests = true
    /// What `run` allows requests in flight when its task is cancelled.
    package var shutdownGrace = Duration.seconds(20)

    package init() {}

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }
}
