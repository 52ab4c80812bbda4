import AgBase
import AgHTTP
import AgLibrary
import AgServer

/// `argentum serve`: the server and its workers.
enum ServeCommand: Command {
    static let name = "serve"
    static let summary = "Start the server. Without settings: here, for this machine only, and with a sign-in link."
    static let settings = ArgentumSettings.table.definitions.filter { !["server", "ca-file"].contains($0.name) }

    static func run(_ call: CommandCall) async throws -> ExitCode {
        _ = try call.words(0...0, of: self)
        _ = Program.startedAt
        var settings = try LibrarySettings(call.settings)
        settings.uploads.seats = DescriptorLimit.raise().uploads
        let edge = try EdgeSettings(call.settings)
        try await ServingGround.serve(call.settings, settings) { library, log in
            try await ServerRun(library, call.settings, edge, log).run()
        }
        return .ok
    }
}
