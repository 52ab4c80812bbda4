import AgBase
import AgHTTP
import AgJobs
import AgLibrary
import AgServer

/// `argentum worker`: jobs and nothing else, beside servers on the same PostgreSQL database.
enum WorkerCommand: Command {
    static let name = "worker"
    static let summary = "Work on jobs beside the servers of a PostgreSQL database; no pages, no uploads, no token."
    static let settings = ArgentumSettings.table.definitions.filter { !notOurs.contains($0.name) }

    /// What only a server that clients reach has.
    private static let notOurs: Set<String> = [
        "server", "token", "ca-file", "port", "public-url", "max-connections", "cors-origins", "trusted-proxies",
        "storage-reserve",
        "rate-limit", "rate-limit-anonymous", "master-key", "next-master-key", "master-passphrase", "proof-window",
    ]

    static func run(_ call: CommandCall) async throws -> ExitCode {
        _ = try call.words(0...0, of: self)
        _ = Program.startedAt
        var settings = try LibrarySettings(call.settings)
        if settings.jobKinds == [] {
            throw Failure(
                .usage, "A worker with --jobs none would do nothing; name kinds of jobs, or leave it out for all.")
        }
        settings.role = .worker
        // A worker makes no renders, so it needs no folder to keep them.
        settings.renders.cacheBytes = 0
        let host = try ListenHost(call.settings[required: ArgentumSettings.host])
        try await ServingGround.serve(call.settings, settings) { library, log in
            try await WorkerRun(library, call.settings, host, log).run()
        }
        return .ok
    }
}
