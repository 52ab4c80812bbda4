package import AgBase
package import AgJobs

/// The queue and the event log in numbers.
package enum JobMetrics {
    package static func families(_ queue: JobQueue, _ events: EventLog) async throws -> [MetricFamily] {
        let status = try await queue.status()
        let latest = try await events.latestSequence()
        return [
            MetricFamily("argentum_jobs", .gauge, "Jobs by kind and state.", status.flatMap(counts)),
            MetricFamily(
                "argentum_jobs_oldest_wait_seconds", .gauge, "How long the oldest queued job has waited.",
                status.map { MetricSample($0.oldestWait?.inSeconds ?? 0, ["kind": $0.kind.rawValue]) }),
            .gauge("argentum_event_listeners", "Listeners of the event stream.", Double(events.subscriberCount)),
            MetricFamily(
                "argentum_events_total", .counter, "Events written since the database was made.",
                [MetricSample(Double(latest))]),
        ]
    }

    private static func counts(_ status: JobKindStatus) -> [MetricSample] {
        JobState.allCases.map {
            MetricSample(Double(status.counts[$0] ?? 0), ["kind": status.kind.rawValue, "state": $0.rawValue])
        }
    }
}
