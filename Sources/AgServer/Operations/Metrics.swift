import AgBase
import AgHTTP
import Synchronization

/// Counts requests for `/metrics`.
package final class Metrics: Sendable {
    /// Upper bounds in seconds; the last bucket takes everything.
    static let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    struct RequestKey: Hashable {
        let method: String
        /// The pattern, never the path: ids would make a series each.
        let route: String
        let status: Int
    }

    struct Latency {
        var buckets = [Int](repeating: 0, count: Metrics.bounds.count + 1)
        var sum = 0.0

        mutating func add(_ seconds: Double, _ bucket: Int) {
            buckets[bucket] += 1
            sum += seconds
        }
    }

    private struct State {
        var requests: [RequestKey: Int] = [:]
        var latencies: [String: Latency] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    /// Methods that no route knows share one label, so that a stranger cannot make series without end.
    func count(method: HTTPMethod, route: String, status: Int, took: Duration) {
        let known: [HTTPMethod] = [.get, .head, .post, .put, .patch, .delete, .options]
        let name = known.contains(method) ? method.rawValue : "other"
        let seconds = took.inSeconds
        let bucket = Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count
        state.withLock { state in
            state.requests[RequestKey(method: name, route: route, status: status), default: 0] += 1
            state.latencies[route, default: Latency()].add(seconds, bucket)
        }
    }

    /// The families of all that was counted.
    func families() -> [MetricFamily] {
        let (requests, latencies) = state.withLock { ($0.requests, $0.latencies) }
        return [Self.requestFamily(requests), Self.latencyFamily(latencies)]
    }

    private static func requestFamily(_ requests: [RequestKey: Int]) -> MetricFamily {
        let samples = requests.map { key, count in
            MetricSample(
                Double(count), ["method": key.method, "route": key.route, "status": "\(key.status)"])
        }
        return MetricFamily(
            "argentum_http_requests_total", .counter, "Requests answered.", samples.sorted { $0.labels < $1.labels })
    }

    private static func latencyFamily(_ latencies: [String: Latency]) -> MetricFamily {
        let samples = latencies.sorted { $0.key < $1.key }.flatMap { route, latency in
            histogram(latency, ["route": route])
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
