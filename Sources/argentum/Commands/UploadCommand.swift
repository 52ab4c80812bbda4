import AgBase
import AgContract
import AgServer
import Synchronization

/// `argentum upload`: pictures in, folders walked.
enum UploadCommand: Command {
    static let name = "upload"
    static let summary = "Upload pictures; folders are walked. Exit code 3 when some were not taken, 1 when none was."
    static let arguments = "PATH…"
    static let options = [session.definition, wait.definition, atOnce.definition]
    static let settings = ArgentumSettings.clientRows

    private static let session = Setting<String>(
        .init("session", .text, help: "Link every picture to this session.", isOption: true))
    private static let wait = Setting<Bool>(
        .init(
            "wait", .bool, default: "false", help: "Wait until every picture is ready or has failed.", isOption: true))
    private static let atOnce = Setting<Int>(
        .init("parallel", .int(1...64), default: "4", help: "Files sent at the same time.", isOption: true))

    static func run(_ call: CommandCall) async throws -> ExitCode {
        let paths = try call.words(1...(.max), of: self)
        let plan = UploadPlan(LocalPath.restore(paths))
        let client = try call.client(connections: call.settings[required: atOnce] + 1)
        let tally = UploadTally(call.output, hasWaiting: call.settings[required: wait])
        for (path, reason) in plan.refused { tally.leaveOut(path.text, code: "unreadable", reason) }
        try await checkServer(client, plan)
        if await send(plan, call, client, tally) {
            try await follow(call, client, tally)
        } else {
            tally.leave(tally.ids)
        }
        tally.tellTotal(skipped: plan.skipped)
        return tally.exitCode
    }

    /// A server that is away or a token that is wrong is one failure, not one per file.
    private static func checkServer(_ client: ServerClient, _ plan: UploadPlan) async throws {
        guard !plan.items.isEmpty else { return }
        switch try await client.call("GET", "/api/session", as: API.Session.self).value.scope {
        case nil:
            throw Failure(
                .error, "Uploads need a token. It is looked for in ARGENTUM_TOKEN and in the data directory.")
        case API.Scope.read: throw Failure(.error, "Uploads need a token of scope write; this one may only read.")
        default: return
        }
    }

    /// False when the server stayed away, so that it need not be waited for once more.
    private static func send(
        _ plan: UploadPlan, _ call: CommandCall, _ client: ServerClient, _ tally: UploadTally
    ) async -> Bool {
        let bar = ProgressBar(files: plan.items.count, bytes: plan.byteCount, isShown: call.output.hasBar)
        let absence = Absence { sentence in
            bar.clear()
            Output.remark("argentum: \(sentence)")
        }
        let uploader = Uploader(
            client: client, session: call.settings[session], atOnce: call.settings[required: atOnce], bar: bar,
            absence: absence)
        await uploader.send(plan.items) { item, outcome in
            bar.clear()
            switch outcome {
            case .taken(let image): tally.take(item.path.text, image)
            case .refused(let code, let reason): tally.refuse(item.path.text, code: code, reason)
            case .notSent(let code, let reason): tally.leaveOut(item.path.text, code: code, reason)
            }
        }
        bar.clear()
        return !absence.isOver
    }

    private static func follow(_ call: CommandCall, _ client: ServerClient, _ tally: UploadTally) async throws {
        guard call.settings[required: wait] else { return }
        let left = try await Waiting(client: client).wait(for: tally.endCompleted()) { id, ending in
            tally.end(id, ending)
        }
        guard !left.isEmpty else { return }
        tally.leave(left)
        Output.remark(
            "argentum: Jobs are paused, so nothing is made of \(left.count) of these pictures now; they are stored. "
                + "`argentum jobs status` shows what is paused, `argentum jobs resume` goes on.")
    }
}
