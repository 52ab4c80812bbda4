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
        let settings = call.settings
        var librarySettings = try LibrarySettings(settings)
        let edge = try EdgeSettings(settings)
        try await DataFolder.explaining(librarySettings) { [librarySettings] in
            try await LibraryGround.probe(librarySettings)
        }
        // Held until the process ends, so that no second server comes between our last write and our end.
        let ground = try await DataFolder.explaining(librarySettings) { [librarySettings] in
            try ServingGround(librarySettings)
        }
        librarySettings.workerName = ground.name
        librarySettings.uploads.seats = DescriptorLimit.raise().uploads
        try await DataFolder.explaining(librarySettings) { [librarySettings] in
            try await serve(settings, librarySettings, edge)
        }
        withExtendedLifetime(ground) {}
        return .ok
    }

    private static func serve(
        _ settings: Settings, _ librarySettings: LibrarySettings, _ edge: EdgeSettings
    ) async throws {
        try await Logging.with(settings) { log in
            let library = try await Library.open(librarySettings, log: log)
            do {
                try await ServerRun(library, settings, edge, log).run()
            } catch {
                await library.close()
                throw error
            }
            await library.close()
        }
    }
}
