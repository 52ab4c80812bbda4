import AgBase
import AgServer

/// The help texts, written from the tables of commands and settings.
enum Help {
    static var overview: String {
        let rows = Dispatch.commands.map { ["  " + $0.name, $0.summary] }
        return """
            Argentum \(Program.version), a self-hosted image backend.

            Usage: argentum COMMAND [ARGUMENTS] [FLAGS]

            \(table(rows))

            `argentum help COMMAND` tells more. `argentum serve` is all that is needed to begin.
            Exit codes: \(ExitCode.allCases.map { "\($0.rawValue) \($0.name)" }.joined(separator: ", ")).
            """
    }

    static func text(for command: any Command.Type) -> String {
        let arguments = command.arguments.isEmpty ? "" : " \(command.arguments)"
        var text = "argentum \(command.name)\(arguments) [FLAGS]\n\n\(command.summary)\n"
        let own = command.options + CommonOptions.all
        text += "\nFlags:\n\(table(own.map(row)))"
        guard !command.settings.isEmpty else { return text }
        text += "\n\nSettings (also as ARGENTUM_… variables and in the settings file):\n"
        return text + table(command.settings.map(row))
    }

    private static func row(_ definition: SettingDefinition) -> [String] {
        let value = placeholder(definition.kind).map { " \($0)" } ?? ""
        let fallback = definition.fallback.map { definition.kind == .bool ? "" : " Default: \($0)." } ?? ""
        return ["  \(definition.flag)\(value)", definition.help + fallback]
    }

    private static func placeholder(_ kind: SettingKind) -> String? {
        switch kind {
        case .text: "TEXT"
        case .int: "N"
        case .bytes: "BYTES"
        case .duration: "TIME"
        case .bool: nil
        case .choice(let words): words.joined(separator: "|")
        case .list: "A,B,…"
        case .url: "URL"
        }
    }
}
