package import AgBase
package import AgLibrary

extension Application {
    /// The whole server in front of a library.
    ///
    /// - Parameters:
    ///   - readiness: shared with the run of the server, which ends it.
    ///   - downloadSeats: files that may be sent at a time.
    ///   - subjects: whose routes there are.
    package init(
        _ library: Library, readiness: Readiness, metrics: Metrics = Metrics(), publicURL: String?,
        rateLimits: RateLimits = .none, cors: CORSPolicy = .none, downloadSeats: Int = 1_024,
        subjects: [any ServerPart.Type] = ServerParts.all, log: Log
    ) {
        let parts = ApplicationParts(
            access: library.access, readiness: readiness, metrics: metrics,
            metricSources: [{ try await library.metrics() }],
            log: log, time: library.ground.time,
            publicURL: publicURL, rateLimits: rateLimits, cors: cors, downloadSeats: downloadSeats)
        let site = ServerSite(library, publicURL: publicURL)
        self.init(parts) { book in
            for subject in subjects { subject.addRoutes(to: &book, site) }
        }
    }
}

extension Readiness {
    /// What must work before a library's server takes requests.
    package init(of library: Library, log: Log) {
        self.init(library.checks, time: library.ground.time, log: log)
    }
}
