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

    /// By method and class; kept as a table, because every request is counted here.
    package var requests: [Kind: Int] {
        var found: [Kind: Int] = [:]
        for (index, count) in counts.enumerated() where count > 0 {
            found[Kind(method: Self.methods[index / Self.classes], statusClass: index % Self.classes)] = count
        }
        return found
    }

    private var counts = [Int](repeating: 0, count: methods.count * classes)
    /// Bytes of request bodies.
    package var bytesIn: Int64 = 0
    /// Bytes of response bodies that were sent to the end.
    package var bytesOut: Int64 = 0
    package var openConnections = 0
    package var acceptedConnections = 0
    /// Connections closed by us because the other end was too slow or gone.
    package var cutConnections = 0
    /// Requests refused before a handler was asked: malformed heads and those that are too long.
    package var refusedRequests = 0
    /// Requests per bucket, not cumulative.
    package private(set) var durationCounts = [Int](repeating: 0, count: durationBounds.count + 1)
    /// Seconds of all requests together.
    package private(set) var durationSum = 0.0

    package init() {}

    /// The last name is everything else's.
    private static let methods = HTTPMethod.counted.map(\.rawValue) + ["other"]
    /// 0 to 5, of which 0 is never used.
    private static let classes = 6

    /// Counts an answered request.
    mutating func count(method: String, status: Int, seconds: Double) {
        let row = Self.methods.firstIndex(of: method) ?? Self.methods.count - 1
        counts[row * Self.classes + min(status / 100, Self.classes - 1)] += 1
        let bucket = Self.durationBounds.firstIndex { seconds <= $0 } ?? Self.durationBounds.count
        durationCounts[bucket] += 1
        durationSum += seconds
    }

    mutating func add(_ other: HTTPServerMetrics) {
        counts = zip(counts, other.counts).map(+)
        bytesIn += other.bytesIn
        bytesOut += other.bytesOut
        openConnections += other.openConnections
        acceptedConnections += other.acceptedConnections
        cutConnections += other.cutConnections
        refusedRequests += other.refusedRequests
        durationCounts = zip(durationCounts, other.durationCounts).map(+)
        durationSum += other.durationSum
    }
}
