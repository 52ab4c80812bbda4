import AgBase
import AgServer
import Glibc

/// Brings flags, variables and the settings file together.
enum SettingsLoading {
    /// The file in the data directory that is read when none is named.
    static let standardFile = "argentum.conf"

    static func load(
        _ command: any Command.Type, flags: [String: String], environment: [String: String]
    ) throws -> Settings {
        let table = SettingsTable(
            command.options + CommonOptions.all + ArgentumSettings.table.definitions,
            otherVariables: ArgentumSettings.table.otherVariables)
        let origins = SettingsTable.Origins(
            flags: flags, environment: environment, file: try file(flags, environment)
        ) { path in
            guard let text = try PrivateFile.read(path) else { throw SystemError(call: "open \(path)", errno: ENOENT) }
            return text
        }
        let settings = try table.resolve(origins)
        try PathSetting.check(settings[required: ArgentumSettings.data], "data")
        return settings
    }

    /// Where the file is cannot stand in the file itself, so only flags and variables are asked.
    private static func file(_ flags: [String: String], _ environment: [String: String]) throws -> SettingsFile? {
        func early(_ setting: Setting<String>) -> String? {
            flags[setting.definition.name] ?? environment[setting.definition.variable].flatMap { $0.isEmpty ? nil : $0 }
        }
        if let path = early(ArgentumSettings.config) {
            try PathSetting.check(path, "config")
            guard let text = try read(path) else {
                throw Failure(.usage, "The settings file \(path) does not exist.")
            }
            return try parse(text, path)
        }
        let data = early(ArgentumSettings.data) ?? ArgentumSettings.data.definition.fallback ?? "."
        let path = "\(data)/\(standardFile)"
        return try read(path).map { try parse($0, path) }
    }

    private static func read(_ path: String) throws -> String? {
        do {
            return try PrivateFile.read(path)
        } catch {
            if error.errno == ENOTDIR { return nil }
            throw Failure(.usage, "The settings file \(path) cannot be read: \(error).")
        }
    }

    private static func parse(_ text: String, _ path: String) throws -> SettingsFile {
        do throws(SettingsProblem) {
            return try SettingsFile(text)
        } catch {
            throw SettingsProblem(error.sentences.map { "\(path): \($0)" })
        }
    }
}
