import AgBase
import AgHTTP

/// Connections and bytes of the HTTP server in numbers: what no route sees.
enum ServerMetrics {
    static func families(_ counts: HTTPServerMetrics) -> [MetricFamily] {
        [
            .gauge(
                "argentum_http_connections", "Open connections, followers of events among them.",
                Double(counts.openConnections)),
            counter("argentum_http_connections_total", "Connections accepted.", counts.acceptedConnections),
            counter(
                "argentum_http_connections_cut_total", "Connections closed because the client was too slow or gone.",
                counts.cutConnections),
            counter(
                "argentum_http_refused_total", "Requests refused before they reached a route: malformed or too long.",
                counts.refusedRequests),
            counter(
                "argentum_http_answered_total", "Requests that got an answer, by a route or by the server itself.",
                counts.answeredRequests),
            counter(
                "argentum_http_abandoned_total", "Requests whose client went away before there was an answer.",
                counts.abandonedRequests),
            counter("argentum_http_request_bytes_total", "Bytes of request bodies.", Int(counts.bytesIn)),
            counter("argentum_http_response_bytes_total", "Bytes of answers' bodies sent.", Int(counts.bytesOut)),
        ]
    }

    private static func counter(_ name: String, _ help: String, _ count: Int) -> MetricFamily {
        MetricFamily(name, .counter, help, [MetricSample(Double(count))])
    }
}
