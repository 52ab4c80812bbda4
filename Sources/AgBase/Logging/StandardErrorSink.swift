#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Writes each log line to standard error with one `write`, so that lines of several threads never mix.
package struct StandardErrorSink: LogSink {
    package enum Format: String, Sendable, CaseIterable {
        /// `16:34:06.120 info  request answered status=200`
        case text
        /// One JSON object per line.
        case json
    }

    private let format: Format
    private let time: any TimeSource

    package init(format: Format, time: any TimeSource = SystemTime()) {
        self.format = format
        self.time = time
    }

    package func write(_ line: LogLine) {
        let now = time.now()
        let text = format == .json ? Self.json(line, at: now) : Self.text(line, at: now)
        let bytes = Array(text.utf8)
        // A log that cannot be written has nobody left to tell.
        _ = bytes.withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) }
    }

    static func text(_ line: LogLine, at now: Timestamp) -> String {
        let level = line.level.rawValue
        let facts = line.facts.map { " \($0.name)=\(plain($0.value))" }.joined()
        let padding = String(repeating: " ", count: 8 - level.count)
        return "\(now.rfc3339) \(level)\(padding)\(line.sentence)\(facts)\n"
    }

    static func json(_ line: LogLine, at now: Timestamp) -> String {
        let head =
            "{\"time\":\"\(now.rfc3339)\",\"level\":\"\(line.level.rawValue)\",\"message\":\(JSONText.quote(line.sentence))"
        return head + line.facts.map { ",\(JSONText.quote($0.name)):\(JSONText.quote($0.value))" }.joined() + "}\n"
    }

    /// A value with spaces, quotes or control characters is quoted, so that a line stays one line.
    private static func plain(_ value: String) -> String {
        let isPlain = !value.isEmpty && value.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x7F && $0 != 0x5C }
        return isPlain ? value : JSONText.quote(value)
    }
}
