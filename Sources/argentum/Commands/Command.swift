import AgBase

/// One word behind `argentum`.
protocol Command: Sendable {
    static var name: String { get }
    /// One line for the list of commands.
    static var summary: String { get }
    /// What stands behind the name, such as `PATH…`.
    static var arguments: String { get }
    /// Flags of this command alone.
    static var options: [SettingDefinition] { get }
    /// The program's settings that are flags of this command; the others still come from variables and the file.
    static var settings: [SettingDefinition] { get }
    static func run(_ call: CommandCall) async throws -> ExitCode
}

extension Command {
    static var options: [SettingDefinition] { [] }
    static var arguments: String { "" }

    static var flags: [SettingDefinition] { options + CommonOptions.all + settings }
}

/// Flags that every command knows.
enum CommonOptions {
    static let json = Setting<Bool>(
        .init(
            "json", .bool, default: "false",
            help: "Print results as JSON, one object per line; upload does so in a pipe, too.", isOption: true))
    static let help = Setting<Bool>(
        .init("help", .bool, default: "false", help: "Show this help.", isOption: true))

    static let all = [json.definition, help.definition]
}

/// A command's flags, settings and words, ready for use.
struct CommandCall: Sendable {
    let settings: Settings
    let words: [String]
    let output: Output

    /// The words, when there are as many as the command takes. Throws `Failure` that shows how it is called.
    func words(_ range: ClosedRange<Int>, of command: any Command.Type) throws -> [String] {
        guard range.contains(words.count) else {
            let called = "argentum \(command.name) \(command.arguments)"
            throw Failure(.usage, "\(called) takes \(Self.words(range)), not \(words.count).")
        }
        return words
    }

    private static func words(_ range: ClosedRange<Int>) -> String {
        if range.lowerBound == range.upperBound { return "\(range.lowerBound) argument(s)" }
        return range.upperBound == .max
            ? "at least \(range.lowerBound) argument(s)"
            : "\(range.lowerBound) to \(range.upperBound) arguments"
    }
}
