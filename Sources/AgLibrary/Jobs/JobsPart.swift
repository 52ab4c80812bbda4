package import AgBase
import AgJobs
package import AgModel
package import AgSQL

/// The queue and the event log, which all subjects share.
package struct JobsPart: LibraryPart {
    package static let migrations = JobsSchema.migrations
    package static let eventTypes: [EventType] = [.jobQueued, .jobActive, .jobProgress, .jobCompleted, .jobFailed]

    private let queue: JobQueue
    private let events: EventLog

    package init(on site: PartSite) {
        queue = site.ground.queue
        events = site.ground.events
    }

    package var upkeep: [Upkeep] { [{ await events.run() }] }

    // MARK: Settings

    package static let settings: [SettingRow<LibrarySettings>] = [
        SettingRow(
            SettingDefinition(
                "jobs", .list, default: "all",
                help: "The kinds of jobs to run here: all, none, or kinds with commas.")
        ) { (words: [String], settings) in settings.jobKinds = try kinds(words) },
        retention("job-retention", \.jobs.keptHours, help: "How long finished jobs are kept."),
        retention("event-retention", \.events.keptHours, help: "How long events can be replayed."),
    ]

    /// Retention counts hours of service; a part of an hour is a whole one.
    private static func retention(
        _ name: String, _ place: any WritableKeyPath<LibrarySettings, Int> & Sendable, help: String
    ) -> SettingRow<LibrarySettings> {
        let usual = Duration.seconds(LibrarySettings.initial[keyPath: place] * 3_600)
        return SettingRow(
            SettingDefinition(
                name, .duration(.seconds(60)...(.seconds(86_400 * 3_650))), default: usual.settingText, help: help)
        ) { (duration: Duration, settings) in
            settings[keyPath: place] = max(1, Int((duration.inSeconds / 3_600).rounded(.up)))
        }
    }

    private static func kinds(_ words: [String]) throws -> Set<JobKind>? {
        switch words {
        case ["all"]: nil
        case ["none"]: []
        default: Set(try words.map(kind))
        }
    }

    /// A misspelt kind would be work that is never done, found out much later. `variants` is short for `generate-variants`.
    private static func kind(_ word: String) throws -> JobKind {
        let known = Library.jobKinds.map(\.rawValue)
        if let name = known.first(where: { $0 == word || $0 == "generate-\(word)" }) { return JobKind(name) }
        let hint = Suggestion.closest(to: word, in: known + ["all", "none"]).map { " Did you mean '\($0)'?" } ?? ""
        throw SettingsProblem([
            "--jobs takes all, none or kinds of jobs, not '\(word)'.\(hint) Known: \(known.joined(separator: ", "))."
        ])
    }

    package func metrics() async throws -> [MetricFamily] { try await JobMetrics.families(queue, events) }
}
