import AgBase
import AgHTTP
import AgLibrary
import AgServer

/// `argentum serve`: the server and its workers.
enum ServeCommand: Command {
    static let name = "serve"
    static let summary = "Start the server. Without settings: here, for this machine only, and with a sign-in link."
    static let settings = ArgentumSettings.table.definitions.filter { $0.name != "server" }

    static func run(_ call: CommandCall) async throws -> ExitCode {
        _ = try call.words(0...0, of: self)
        _ = Program.startedAt
        let settings = call.settings
        let librarySettings = try LibrarySettings(settings)
        let edge = try EdgeSettings(settings)
        try DataFolder.make(librarySettings.dataFolder)
        try await DataFolder.explaining(librarySettings) { try await serve(settings, librarySettings, edge) }
        return .ok
    }

    private static func serve(
        _ settings: Settings, _ librarySettings: LibrarySettings, _ edge: EdgeSettings
    ) async throws {
        var librarySettings = librarySettings
        // Held until the process ends, so that no second server comes between our last write and our end.
        let lock = try FolderLock(librarySettings.dataFolder)
        librarySettings.workerName = try NodeName.ensure(in: librarySettings.dataFolder)
        librarySettings.uploadSeats = DescriptorLimit.raise().uploads
        let sink = makeSink(settings)
        // However it ends: what was logged last says why.
        defer { sink.flush() }
        let log = Log(to: sink, level: Log.Level(rawValue: settings[required: ArgentumSettings.logLevel]) ?? .info)
        let library = try await Library.open(librarySettings, log: log)
        do {
            try await ServerRun(library, settings, edge, log, lock).run()
        } catch {
            await library.close()
            throw error
        }
        await library.close()
    }

    private static func makeSink(_ settings: Settings) -> StandardErrorSink {
        let format: StandardErrorSink.Format =
            switch settings[required: ArgentumSettings.logFormat] {
            case "text": .text
            case "json": .json
            default: Output.isTerminal(2) ? .text : .json
            }
        return StandardErrorSink(format: format)
    }
}
