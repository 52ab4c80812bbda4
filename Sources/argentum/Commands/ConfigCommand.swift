import AgBase
import AgServer

/// `argentum config`: every setting, its value and where it came from.
enum ConfigCommand: Command {
    static let name = "config"
    static let summary = "Show every setting in force and where it came from; secrets stay hidden."
    static let settings = ArgentumSettings.table.definitions

    static func run(_ call: CommandCall) async throws -> ExitCode {
        _ = try call.words(0...0, of: self)
        let all = call.settings.all.filter { !$0.definition.isOption }
        if call.output.isJSON {
            for setting in all { call.output.line(json(setting).text) }
        } else {
            call.output.line(
                table(all.map { [$0.definition.name, $0.shown.isEmpty ? "-" : $0.shown, "\($0.source)"] }))
        }
        return .ok
    }

    private static func json(_ setting: Settings.Resolved) -> JSONValue {
        [
            "name": .string(setting.definition.name), "value": setting.text == nil ? .null : .string(setting.shown),
            "source": .string("\(setting.source)"), "variable": .string(setting.definition.variable),
        ]
    }
}
