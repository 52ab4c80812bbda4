/// What a server counts since it started: connections, bytes and the ends of requests. Routes, statuses and times are
/// counted where the routes are known, and nowhere twice.
package struct HTTPServerMetrics: Sendable, Equatable {
    package var openConnections = 0
    package var acceptedConnections = 0
    /// Connections closed by us because the other end was too slow or gone.
    package var cutConnections = 0
    /// Requests refused before a handler was asked: malformed heads and those that are too long.
    package var refusedRequests = 0
    /// Requests whose head was read and that got an answer, by a handler or by the server itself.
    package var answeredRequests = 0
    /// Requests whose client went away before there was an answer.
    package var abandonedRequests = 0
    /// Bytes of request bodies.
    package var bytesIn: Int64 = 0
    /// Bytes of response bodies that were sent to the end.
    package var bytesOut: Int64 = 0

    package init() {}

    mutating func add(_ other: HTTPServerMetrics) {
        openConnections += other.openConnections
        acceptedConnections += other.acceptedConnections
        cutConnections += other.cutConnections
        refusedRequests += other.refusedRequests
        answeredRequests += other.answeredRequests
        abandonedRequests += other.abandonedRequests
        bytesIn += other.bytesIn
        bytesOut += other.bytesOut
    }
}
