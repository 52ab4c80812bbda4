import AgBase
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
            "state", .choice(["queued", "active", "completed", "failed", "cancelled"]), help: "list: only this state.",
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
        case ("retry", let id?): try await steer("/api/jobs/\(escaped(id))/retry", call, client)
        case ("cancel", let id?): try await steer("/api/jobs/\(escaped(id))/cancel", call, client)
        case ("pause", let kind): try await steer("/api/jobs/pause", kind: kind, call, client)
        case ("resume", let kind): try await steer("/api/jobs/resume", kind: kind, call, client)
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
        let jobs = try await client.call("GET", "/api/jobs" + queryText(items))["jobs"]?.array ?? []
        if call.output.isJSON {
            for job in jobs { call.output.line(job.text) }
        } else if !jobs.isEmpty {
            call.output.line(table(jobs.map(row)))
        }
    }

    private static func row(_ job: JSONValue) -> [String] {
        let attempts = "\(job["attempt"]?.int ?? 0)/\(job["maxAttempts"]?.int ?? 0)"
        return [
            job["jobId"]?.string ?? "", job["jobName"]?.string ?? "", job["state"]?.string ?? "", attempts,
            job["imageId"]?.string ?? "", job["error"]?["message"]?.string ?? "",
        ]
    }

    private static func status(_ call: CommandCall, _ client: ServerClient) async throws {
        let status = try await client.call("GET", "/api/jobs/status")
        guard !call.output.isJSON else { return call.output.line(status.text) }
        let states = ["queued", "active", "completed", "failed", "cancelled"]
        let rows = (status["kinds"]?.array ?? []).map { kind in
            [kind["kind"]?.string ?? ""] + states.map { "\(kind["counts"]?[$0]?.int ?? 0)" }
                + [kind["isPaused"]?.bool == true ? "paused" : ""]
        }
        call.output.line(table([["kind"] + states + [""]] + rows))
    }

    private static func steer(
        _ path: String, kind: String? = nil, _ call: CommandCall, _ client: ServerClient
    ) async throws {
        let body: JSONValue = kind.map { ["kind": .string($0)] } ?? [:]
        let answer = try await client.call("POST", path, json: body)
        if call.output.isJSON { call.output.line(answer.text) }
    }
}
