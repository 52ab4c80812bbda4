/// A structured log: a fixed sentence, and the facts beside it.
///
/// The sentence never holds a value from outside, so that it can be searched for and nothing can be injected into it.
package struct Log: Sendable {
    package enum Level: String, Sendable, CaseIterable, Comparable {
        case debug
        case info
        case warning
        case error

        package static func < (a: Level, b: Level) -> Bool {
            a.rank < b.rank
        }

        private var rank: Int {
            switch self {
            case .debug: 0
            case .info: 1
            case .warning: 2
            case .error: 3
            }
        }
    }

    package typealias Facts = KeyValuePairs<String, any CustomStringConvertible & Sendable>

    private let sink: any LogSink
    private let level: Level
    private let standing: [LogFact]

    package init(to sink: any LogSink, level: Level = .info) {
        self.init(sink, level, [])
    }

    private init(_ sink: any LogSink, _ level: Level, _ standing: [LogFact]) {
        self.sink = sink
        self.level = level
        self.standing = standing
    }

    /// A log whose lines all carry these facts too, such as a request's id.
    package func with(_ facts: Facts) -> Log {
        Log(sink, level, standing + facts.map { LogFact(name: $0.key, value: $0.value.description) })
    }

    package func debug(_ sentence: StaticString, _ facts: @autoclosure () -> Facts = [:]) {
        write(.debug, sentence, facts)
    }

    package func info(_ sentence: StaticString, _ facts: @autoclosure () -> Facts = [:]) {
        write(.info, sentence, facts)
    }

    package func warning(_ sentence: StaticString, _ facts: @autoclosure () -> Facts = [:]) {
        write(.warning, sentence, facts)
    }

    package func error(_ sentence: StaticString, _ facts: @autoclosure () -> Facts = [:]) {
        write(.error, sentence, facts)
    }

    private func write(_ level: Level, _ sentence: StaticString, _ facts: () -> Facts) {
        guard level >= self.level else { return }
        let all = standing + facts().map { LogFact(name: $0.key, value: $0.value.description) }
        sink.write(LogLine(level: level, sentence: "\(sentence)", facts: all))
    }
}

package struct LogFact: Sendable, Hashable {
    package let name: String
    package let value: String
}

package struct LogLine: Sendable, Hashable {
    package let level: Log.Level
    package let sentence: String
    package let facts: [LogFact]
}

/// Where log lines go: standard error, or a test's list.
package protocol LogSink: Sendable {
    func write(_ line: LogLine)
}

/// A log that keeps nothing.
package struct SilentSink: LogSink {
    package init() {}
    package func write(_ line: LogLine) {}
}
