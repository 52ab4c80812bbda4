import AgBase
import AgServer

/// The log of a process that serves, on standard error.
enum Logging {
    /// Lends a log, and writes out what waits however `body` ends: what was logged last says why.
    static func with<Result>(_ settings: Settings, _ body: (Log) async throws -> Result) async throws -> Result {
        let sink = StandardErrorSink(format: format(settings))
        defer { sink.flush() }
        return try await body(
            Log(to: sink, level: Log.Level(rawValue: settings[required: ArgentumSettings.logLevel]) ?? .info))
    }

    private static func format(_ settings: Settings) -> StandardErrorSink.Format {
        switch settings[required: ArgentumSettings.logFormat] {
        case "text": .text
        case "json": .json
        default: Output.isTerminal(2) ? .text : .json
        }
    }
}
