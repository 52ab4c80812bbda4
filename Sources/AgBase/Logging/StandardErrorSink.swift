/// Writes log lines to standard error, one after the other, on a thread of its own.
package struct StandardErrorSink: LogSink {
    package enum Format: String, Sendable, CaseIterable {
        /// `16:34:06.120 info  request answered status=200`
        case text
        /// One JSON object per line.
        case json
    }

    private let format: Format
    private let time: any TimeSource
    private let writer: LogWriter

    package init(format: Format, time: any TimeSource = SystemTime()) {
        self.format = format
        self.time = time
        writer = LogWriter { Self.line(Self.dropped($0), format, at: time.now()) }
    }

    package func write(_ line: LogLine) {
        writer.add(Self.line(line, format, at: time.now()))
    }

    /// Waits until everything is written, before the program ends; a reader that is stalled is not waited for longer.
    package func flush(within limit: Duration = .seconds(2)) {
        writer.flush(within: limit)
    }

    private static func line(_ line: LogLine, _ format: Format, at now: Timestamp) -> [UInt8] {
        Array((format == .json ? json(line, at: now) : text(line, at: now)).utf8)
    }

    static func dropped(_ count: Int) -> LogLine {
        LogLine(
            level: .warning, sentence: "log lines were dropped: standard error was not read in time",
            facts: [LogFact(name: "dropped", value: "\(count)")])
    }

    static func text(_ line: LogLine, at now: Timestamp) -> String {
        let level = line.level.rawValue
        let facts = line.facts.map { " \($0.name)=\(plain($0.value))" }.joined()
        let padding = String(repeating: " ", count: 8 - level.count)
        return "\(now.rfc3339) \(level)\(padding)\(line.sentence)\(facts)\n"
    }

    static func json(_ line: LogLine, at now: Timestamp) -> String {
        let head: [JSONValue.Member] = [
            .init(name: "time", value: .string(now.rfc3339)), .init(name: "level", value: .string(line.level.rawValue)),
            .init(name: "message", value: .string(line.sentence)),
        ]
        let facts = line.facts.map { JSONValue.Member(name: $0.name, value: .string($0.value)) }
        // Only its texts can hold anything that would be escaped here.
        return VisibleText.escaping(JSONValue.object(head + facts).text) + "\n"
    }

    /// A value with spaces, quotes or control characters is quoted, so that a line stays one line.
    private static func plain(_ value: String) -> String {
        let isPlain = !value.isEmpty && value.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x7F && $0 != 0x5C }
        return isPlain && !VisibleText.hasControls(value) ? value : quote(value)
    }

    /// As JSON, and without what could steer the terminal on which the log is read.
    private static func quote(_ value: String) -> String {
        VisibleText.escaping(JSONValue.string(value).text)
    }
}
