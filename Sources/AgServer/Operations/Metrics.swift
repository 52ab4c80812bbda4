import AgBase
package import AgHTTP
import Synchronization

/// Counts requests for `/metrics`.
package final class Metrics: Sendable {
    /// Upper bounds in seconds; the last bucket takes everything.
    static let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    /// What a route has answered to one method with one status.
    fileprivate struct Answered {
        let method: String
        let status: Int
        var count = 0
    }

    struct Latency {
        var buckets = [Int](repeating: 0, count: Metrics.bounds.count + 1)
        var sum = 0.0

        mutating func add(_ seconds: Double, _ bucket: Int) {
            buckets[bucket] += 1
            sum += seconds
        }
    }

    fileprivate struct Counts {
        /// A handful, which is quicker to look through than to hash.
        var answered: [Answered] = []
        var latency = Latency()

        mutating func add(_ method: String, _ status: Int, _ seconds: Double, _ bucket: Int) {
            latency.add(seconds, bucket)
            let known = answered.firstIndex { $0.status == status && $0.method == method }
            let place = known ?? answered.count
            if known == nil { answered.append(Answered(method: method, status: status)) }
            answered[place].count += 1
        }
    }

    /// What one route has answered; kept by answers that are given again, which look for nothing by name.
    final class Route: Sendable {
        private let counts = Mutex(Counts())

        func count(_ method: HTTPMethod, status: Int, took: Duration) {
            let name = HTTPMethod.counted.contains(method) ? method.rawValue : "other"
            let seconds = took.inSeconds
            let bucket = Metrics.bounds.firstIndex { seconds <= $0 } ?? Metrics.bounds.count
            counts.withLock { $0.add(name, status, seconds, bucket) }
        }

        fileprivate var current: Counts { counts.withLock { $0 } }
    }

    /// By the pattern, never the path: ids would make a series each.
    private let routes = Mutex<[String: Route]>([:])

    /// Does not keep the server alive, which keeps this alive.
    private let server = Mutex<@Sendable () -> HTTPServerMetrics?>({ nil })

    package init() {}

    /// Tells of this server's connections from now on.
    package func watch(_ server: HTTPServer) {
        self.server.withLock { $0 = { [weak server] in server?.metrics } }
    }

    /// What the watched server counts below the routes; nothing before there is one.
    func serverFamilies() -> [MetricFamily] {
        server.withLock { $0 }().map(ServerMetrics.families) ?? []
    }

    /// The counters of the route with that pattern.
    func route(_ pattern: String) -> Route {
        routes.withLock { routes in
            if let known = routes[pattern] { return known }
            let new = Route()
            routes[pattern] = new
            return new
        }
    }

    /// The families of all that was counted.
    func families() -> [MetricFamily] {
        let routes = routes.withLock { $0 }.mapValues(\.current)
        return [Self.requestFamily(routes), Self.latencyFamily(routes)]
    }

    private static func requestFamily(_ routes: [String: Counts]) -> MetricFamily {
        let samples = routes.flatMap { name, route in
            route.answered.map {
                MetricSample(Double($0.count), ["method": $0.method, "route": name, "status": "\($0.status)"])
            }
        }
        return MetricFamily(
            "argentum_http_requests_total", .counter, "Requests answered.", samples.sorted { $0.labels < $1.labels })
    }

    private static func latencyFamily(_ routes: [String: Counts]) -> MetricFamily {
        let samples = routes.sorted { $0.key < $1.key }.flatMap { name, route in
            histogram(route.latency, ["route": name])
        }
        return MetricFamily(
            "argentum_http_request_duration_seconds", .histogram,
            "From the head of a request to its answer's first byte.", samples)
    }

    private static func histogram(_ latency: Latency, _ labels: KeyValuePairs<String, String>) -> [MetricSample] {
        var total = 0
        let standing = labels.map { ($0.key, $0.value) }
        let buckets = latency.buckets.enumerated().map { index, count in
            total += count
            let bound = index < bounds.count ? "\(bounds[index])" : "+Inf"
            return MetricSample(Double(total), labels: standing + [("le", bound)], suffix: "_bucket")
        }
        return buckets + [
            MetricSample(latency.sum, labels: standing, suffix: "_sum"),
            MetricSample(Double(total), labels: standing, suffix: "_count"),
        ]
    }
}
