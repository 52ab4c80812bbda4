package import AgBase
package import AgLibrary

/// What the server's frame is made of. The product's own routes come beside it.
package struct ApplicationParts: Sendable {
    package var access: Access
    package var readiness: Readiness
    package var metrics: Metrics
    /// Further families for `/metrics`, asked at each scrape.
    package var metricSources: [@Sendable () async throws -> [MetricFamily]]
    package var log: Log
    package var time: any TimeSource
    /// Where clients reach us, without a slash at the end; `nil` when only the request knows.
    package var publicURL: String?
    package var rateLimits: RateLimits
    /// Whose pages may call us from a browser.
    package var cors: CORSPolicy
    /// Files that may be sent at a time; fewer where the system allows few open files.
    package var downloadSeats: Int

    package init(
        access: Access, readiness: Readiness, metrics: Metrics = Metrics(),
        metricSources: [@Sendable () async throws -> [MetricFamily]] = [], log: Log,
        time: any TimeSource = SystemTime(), publicURL: String? = nil, rateLimits: RateLimits = .none,
        cors: CORSPolicy = .none, downloadSeats: Int = 1_024
    ) {
        self.access = access
        self.readiness = readiness
        self.metrics = metrics
        self.metricSources = metricSources
        self.log = log
        self.time = time
        self.publicURL = publicURL
        self.rateLimits = rateLimits
        self.cors = cors
        self.downloadSeats = downloadSeats
    }
}
