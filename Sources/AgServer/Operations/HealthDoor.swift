package import AgBase
import AgContract
package import AgHTTP
package import AgLibrary

/// What monitoring asks, behind a port of its own and without tokens: `/livez`, `/readyz`, `/metrics`, and nothing else. All that
/// a worker serves.
///
/// - Important: `/metrics` tells how much is stored and done. Such a port belongs on a private network.
package struct HealthDoor: Sendable {
    private let router: Router

    /// - Parameters:
    ///   - metrics: counts of the server beside which the port is; a worker's are empty.
    ///   - sources: further families, asked at each scrape.
    package init(
        readiness: Readiness, metrics: Metrics = Metrics(),
        sources: [@Sendable () async throws -> [MetricFamily]], log: Log
    ) {
        var router = Router(log: log)
        let noBody = RouteOptions(maxBodyBytes: 0)
        router.on(.get, "/livez", options: noBody) { _, _ in try .answer(200, API.Liveness()) }
        router.on(.get, "/readyz", options: noBody) { _, _ in try await readinessAnswer(readiness) }
        router.on(.get, "/metrics", options: noBody) { _, _ in try await metricsAnswer(metrics, sources) }
        self.router = router
    }

    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        var response = await router.respond(to: request)
        SecurityHeaders.add(to: &response)
        return response
    }

    /// A server for this door alone: few connections, and no line in the log for each probe.
    package func server(host: String, port: Int, log: Log) -> HTTPServer {
        var settings = HTTPServerSettings(host: host, port: port)
        settings.loops = 1
        settings.maxConnections = 64
        settings.logsRequests = false
        return HTTPServer(settings: settings, log: log, finish: { response, _ in SecurityHeaders.add(to: &response) }) {
            await respond(to: $0)
        }
    }
}

extension HealthDoor {
    /// In front of a library.
    package init(_ library: Library, readiness: Readiness, metrics: Metrics = Metrics(), log: Log) {
        self.init(readiness: readiness, metrics: metrics, sources: [{ try await library.metrics() }], log: log)
    }
}
