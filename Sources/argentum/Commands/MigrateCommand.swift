import AgBase
import AgLibrary
import AgSQL
import AgServer

/// `argentum migrate`: what every start does for the schema by itself, at a moment of one's own.
enum MigrateCommand: Command {
    static let name = "migrate"
    static let summary = "Bring the database's schema up to date, as a start does; --dry-run only tries it."
    static let options = [dryRun.definition]
    static let settings =
        ArgentumSettings.clientRows.filter { $0.name != "server" && $0.name != "token" } + ArgentumSettings.storageRows

    private static let dryRun = Setting<Bool>(
        .init(
            "dry-run", .bool, default: "false",
            help: "Apply the missing steps, take them back again, and say which they were.", isOption: true))

    static func run(_ call: CommandCall) async throws -> ExitCode {
        _ = try call.words(0...0, of: self)
        let settings = try LibrarySettings(call.settings)
        let isRehearsal = call.settings[required: dryRun]
        try await DataFolder.explaining(settings) {
            if let path = settings.sqlitePath, !DataFolder.exists(path) {
                if isRehearsal { return tell(LibraryGround.migrations, "missing", call.output, of: path) }
                try DataFolder.make(settings.dataFolder)
            }
            let steps = try await LibraryGround.migrate(settings, isRehearsal: isRehearsal)
            tell(steps, isRehearsal ? "would be applied" : "applied", call.output, of: "\(settings.database)")
        }
        return .ok
    }

    private static func tell(_ steps: [Migration], _ outcome: String, _ output: Output, of place: String) {
        for step in steps {
            output.result(
                ["number": .int(step.number), "name": .string(step.name), "outcome": .string(outcome)],
                "\(step.number) \(step.name)")
        }
        let count = steps.count == 1 ? "1 step" : "\(steps.count) steps"
        let sentence =
            switch (steps.isEmpty, outcome) {
            case (true, _): "The schema of \(place) is up to date."
            case (_, "missing"): "There is no database at \(place) yet; a start makes it with \(count)."
            default: "\(place): \(count) \(outcome)."
            }
        Output.remark(sentence)
    }
}
