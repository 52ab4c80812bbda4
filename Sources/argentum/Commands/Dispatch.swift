import AgBase
import AgServer

/// Finds the command, reads its flags, runs it, and turns what it throws into a sentence and a number.
enum Dispatch {
    static let commands: [any Command.Type] = [
        ServeCommand.self, WorkerCommand.self, UploadCommand.self, GetCommand.self, ListCommand.self, JobsCommand.self,
        ItemsCommand.self, RulesCommand.self,
        TokenCommand.self, KeysCommand.self, VerifyCommand.self, MigrateCommand.self, ConfigCommand.self,
        HealthCommand.self, OpenAPICommand.self,
        VersionCommand.self,
    ]

    /// - Parameter arguments: without the program's name.
    static func run(_ arguments: [String], environment: [String: String]) async -> ExitCode {
        do {
            return try await dispatch(arguments, environment)
        } catch let failure as Failure {
            Output.remark("argentum: \(failure.message)")
            return failure.code
        } catch let away as ServerAway {
            Output.remark("argentum: \(away.message)")
            return .error
        } catch let problem as SettingsProblem {
            for sentence in problem.sentences { Output.remark("argentum: \(sentence)") }
            return .usage
        } catch let fault as Fault {
            Output.remark("argentum: \(fault.message)")
            return fault.kind == .notFound ? .notFound : .error
        } catch {
            Output.remark("argentum: \(error)")
            return .error
        }
    }

    private static func dispatch(_ arguments: [String], _ environment: [String: String]) async throws -> ExitCode {
        guard let name = arguments.first else {
            Output.remark(Help.overview)
            return .usage
        }
        let rest = arguments.dropFirst()
        switch name {
        case "help", "--help", "-h": return try help(rest.first)
        case "--version", "-V": return try await run(VersionCommand.self, Array(rest), environment)
        default: return try await run(try command(named: name), Array(rest), environment)
        }
    }

    private static func help(_ name: String?) throws -> ExitCode {
        Output.write((try name.map { Help.text(for: try command(named: $0)) } ?? Help.overview) + "\n", to: 1)
        return .ok
    }

    private static func command(named name: String) throws -> any Command.Type {
        if let known = commands.first(where: { $0.name == name }) { return known }
        let hint = Suggestion.closest(to: name, in: commands.map { $0.name }).map { " Did you mean '\($0)'?" } ?? ""
        throw Failure(.usage, "There is no command '\(name)'.\(hint) `argentum help` lists them.")
    }

    private static func run(
        _ command: any Command.Type, _ arguments: [String], _ environment: [String: String]
    ) async throws -> ExitCode {
        let given = try CommandArguments(arguments, SettingsTable(command.flags))
        if given.flags[CommonOptions.help.definition.name] == "true" {
            Output.write(Help.text(for: command) + "\n", to: 1)
            return .ok
        }
        let settings = try SettingsLoading.load(command, flags: given.flags, environment: environment)
        let isJSON = settings[required: CommonOptions.json]
        for warning in settings.warnings { Output.remark("argentum: \(warning)") }
        let call = CommandCall(
            settings: settings, words: given.words,
            output: Output(wantsJSON: isJSON, defaultsToLines: command != UploadCommand.self))
        return try await command.run(call)
    }
}
