import AgBase
import AgContract
import AgModel
import AgServer

/// `argentum jobs`: the queue.
enum JobsCommand: Command {
    static let name = "jobs"
    static let summary = "Show and steer the queue: list, status, retry ID, cancel ID, pause [KIND], resume [KIND]."
    static let arguments = "[list|status|retry|cancel|pause|resume] [ID|KIND]"
    static let options = [state.definition, kind.definition, image.definition, limit.definition]
    static let settings = ArgentumSettings.clientRows

    private static let state = Setting<String>(
        .init(
            "state", .choice(API.JobState.all.map(\.rawValue)), help: "list: only this state.",
            isOption: true))
    private static let kind = Setting<String>(
        .init("kind", .text, help: "list: only this kind.", isOption: true))
    private static let image = Setting<String>(
        .init("image", .text, help: "list: only jobs of this picture.", isOption: true))
    private static let limit = Setting<Int>(
        .init("limit", .int(1...200), default: "50", help: "list: how many at most.", isOption: true))

    static func run(_ call: CommandCall) async throws -> ExitCode {
        let words = try call.words(0...2, of: self)
        if let id = call.settings[image], ImageID(untrusted: id) == nil {
            throw Failure(.usage, "--image takes a picture's id, as `argentum list` shows them, not '\(id)'.")
        }
        try requireID(words)
        let client = try call.client()
        switch (words.first ?? "list", words.dropFirst().first) {
        case ("list", nil): try await list(call, client)
        case ("status", nil): try await status(call, client)
        case ("retry", let id?), ("cancel", let id?):
            let path = "/api/jobs/\(escaped(id))/\(words[0])"
            let job = try await client.call("POST", path, as: API.Job.self).json
            if call.output.isJSON { call.output.line(job.text) }
        case ("pause", let kind), ("resume", let kind):
            try await client.call(
                "POST", "/api/jobs/\(words[0])", API.JobKindRequest(kind: kind.map { .init(rawValue: $0) }))
            if call.output.isJSON { call.output.line("null") }
        default: throw Failure(.usage, "argentum jobs \(arguments)")
        }
        return .ok
    }

    /// An empty word, as an unset variable of a script leaves it, would ask for another address than the job's.
    private static func requireID(_ words: [String]) throws {
        let takes = [
            "retry": "a job's id", "cancel": "a job's id", "pause": "a kind of jobs or nothing",
            "resume": "a kind of jobs or nothing",
        ]
        guard words.count == 2, words[1].allSatisfy(\.isWhitespace), let what = takes[words[0]] else { return }
        throw Failure(.usage, "argentum jobs \(words[0]) takes \(what), not an empty word.")
    }

    private static func list(_ call: CommandCall, _ client: ServerClient) async throws {
        var items = [("limit", "\(call.settings[required: limit])")]
        for (name, setting) in [("state", state), ("kind", kind), ("imageId", image)] {
            if let value = call.settings[setting] { items.append((name, value)) }
        }
        let page = try await client.call("GET", "/api/jobs" + queryText(items), as: API.JobPage.self).value
        try call.output.results(page.jobs, row)
    }

    private static func row(_ job: API.Job) -> [String] {
        [
            job.jobId.rawValue, job.jobName.rawValue, job.state.rawValue, "\(job.attempt)/\(job.maxAttempts)",
            job.imageId?.rawValue ?? "", job.error?.message ?? "",
        ]
    }

    private static func status(_ call: CommandCall, _ client: ServerClient) async throws {
        let status = try await client.call("GET", "/api/jobs/status", as: API.JobStatus.self)
        let rows = status.value.kinds.map { kind in
            let counts = kind.counts
            let columns = [counts.queued, counts.active, counts.completed, counts.failed, counts.cancelled]
            return [kind.kind.rawValue] + columns.map { "\($0)" } + [kind.isPaused ? "paused" : ""]
        }
        let head = ["kind"] + API.JobState.all.map(\.rawValue) + [""]
        call.output.result(status.json, table([head] + rows))
    }
}
