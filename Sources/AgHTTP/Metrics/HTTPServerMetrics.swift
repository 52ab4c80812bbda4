/// Counters of a server since it started, for a page of metrics.
package struct HTTPServerMetrics: Sendable, Equatable {
    /// One method's answers of one class, such as GET and 2 for 200 to 299. 4 also counts clients that went away (499).
    package struct Kind: Hashable, Sendable {
        package let method: String
        package let statusClass: Int

        package init(method: String, statusClass: Int) {
            self.method = method
            self.statusClass = statusClass
        }
    }

    /// Upper bounds of the duration buckets in seconds; one more bucket holds what took longer.
    package static let durationBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

    package private(set) var requests: [Kind: Int] = [:]
    /// Bytes of request bodies.
    package var bytesIn: Int64 = 0
    /// Bytes of response bodies that were sent to the end.
    package var bytesOut: Int64 = 0
    package var openConnections = 0
    package var acceptedConnections = 0
    /// Connections closed by us because the other end was too slow or gone.
    package var cutConnections = 0
    /// Requests per bucket, not cumulative.
    package private(set) var durationCounts = [Int](repeating: 0, count: durationBounds.count + 1)
    /// Seconds of all requests together.
    package private(set) var durationSum = 0.0

    package init() {}

    private static let knownMethods: Set<String> = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

    /// Counts an answered request. Methods that nobody has heard of share one name, so that no client can grow the table.
    mutating func count(method: String, status: Int, seconds: Double) {
        let name = Self.knownMethods.contains(method) ? method : "other"
        requests[Kind(method: name, statusClass: status / 100), default: 0] += 1
        let bucket = Self.durationBounds.firstIndex { seconds <= $0 } ?? Self.durationBounds.count
        durationCounts[bucket] += 1
        durationSum += seconds
    }

    mutating func add(_ other: HTTPServerMetrics) {
        requests.merge(other.requests, uniquingKeysWith: +)
        bytesIn += other.bytesIn
        bytesOut += other.bytesOut
        openConnections += other.openConnections
        acceptedConnections += other.acceptedConnections
        cutConnections += other.cutConnections
        durationCounts = zip(durationCounts, other.durationCounts).map(+)
        durationSum += other.durationSum
    }
}
