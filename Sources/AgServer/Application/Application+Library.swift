package import AgBase
import AgJobs
package import AgLibrary

extension Application {
    /// The whole server in front of a library.
    ///
    /// - Parameters:
    ///   - readiness: shared with the run of the server, which ends it.
    ///   - downloadSeats: files that may be sent at a time.
    package init(
        _ library: Library, readiness: Readiness, metrics: Metrics = Metrics(), publicURL: String?,
        rateLimits: RateLimits = .none, cors: CORSPolicy = .none, downloadSeats: Int = 1_024, log: Log
    ) {
        let queue = library.ground.queue
        let events = library.ground.events
        let parts = ApplicationParts(
            access: library.access, readiness: readiness, metrics: metrics,
            metricSources: Self.metricSources(of: library),
            log: log, time: library.ground.time,
            publicURL: publicURL, rateLimits: rateLimits, cors: cors, downloadSeats: downloadSeats)
        self.init(parts) { book in
            let gates = ReadGates()
            addUploadRoutes(to: &book, library, publicURL: publicURL)
            addGrantRoutes(to: &book, library, publicURL: publicURL)
            addImageRoutes(to: &book, library, publicURL: publicURL, gates: gates)
            addDeliveryRoutes(to: &book, library, publicURL: publicURL)
            addJobRoutes(to: &book, queue, kinds: Library.jobKinds, gates: gates)
            addEventRoutes(to: &book, events)
        }
    }

    static func metricSources(of library: Library) -> [@Sendable () async throws -> [MetricFamily]] {
        let (queue, events, renders) = (library.ground.queue, library.ground.events, library.renders)
        return [
            {
                try await JobMetrics.families(queue, events) + RenderMetrics.families(renders)
                    + [DatabaseMetrics.family(waitingWrites: library.waitingWrites)]
            }
        ]
    }
}

extension Readiness {
    /// What must work before a library's server takes requests.
    package init(of library: Library, log: Log) {
        let checks = [
            ReadinessCheck("database") { try await library.checkDatabase() },
            ReadinessCheck("storage") { try await library.checkStorage() },
            ReadinessCheck("codecs") { try await library.checkCodecs() },
        ]
        self.init(checks, time: library.ground.time, log: log)
    }
}
