import AgTesting
import Testing

@testable import AgBase

private struct ListSink: LogSink {
    let lines = Collected<LogLine>()

    func write(_ line: LogLine) { lines.add(line) }
}

@Suite("The log")
struct LogTests {
    private let line = LogLine(
        level: .warning, sentence: "disk almost full",
        facts: [LogFact(name: "free", value: "12"), LogFact(name: "name", value: "a \"b\"\nc")])
    private let moment = Timestamp(milliseconds: 0)

    @Test("Lines below the level are not written, and their facts not even made")
    func level() {
        let sink = ListSink()
        let log = Log(to: sink, level: .warning)
        log.info(
            "quiet",
            [
                "fact": {
                    Issue.record("made for nothing"); return "x"
                }()
            ])
        log.error("loud")
        #expect(sink.lines.all.map(\.sentence) == ["loud"])
    }

    @Test("Standing facts are in every line, before its own")
    func standing() {
        let sink = ListSink()
        Log(to: sink).with(["request_id": "r"]).info("answered", ["status": 200])
        #expect(
            sink.lines.all.first?.facts == [.init(name: "request_id", value: "r"), .init(name: "status", value: "200")])
    }

    @Test("A text line stays one line, whatever the facts hold")
    func text() {
        let text = StandardErrorSink.text(line, at: moment)
        #expect(text == "1970-01-01T00:00:00.000Z warning disk almost full free=12 name=\"a \\\"b\\\"\\nc\"\n")
    }

    @Test(
        "What steers a terminal or turns the reading direction is escaped, in text and in JSON",
        arguments: [
            ("\u{1B}[2J", "\\u001b[2J"), ("a\u{9B}31m", "a\\u009b31m"), ("gpj.\u{202E}exe", "gpj.\\u202eexe"),
            ("a\u{2066}b\u{2069}", "a\\u2066b\\u2069"), ("a\u{200F}", "a\\u200f"), ("a\u{7F}", "a\\u007f"),
            ("a\u{2028}b", "a\\u2028b"), ("a\u{85}b", "a\\u0085b"),
        ])
    func controls(_ value: String, _ escaped: String) throws {
        let line = LogLine(level: .info, sentence: "s", facts: [LogFact(name: "f", value: value)])
        #expect(StandardErrorSink.text(line, at: moment).hasSuffix("s f=\"\(escaped)\"\n"))
        let json = StandardErrorSink.json(line, at: moment)
        #expect(json.contains("\"f\":\"\(escaped)\""))
        #expect(try JSONValue(json: json)["f"]?.string == value)
    }

    @Test("A JSON line is one object with every fact")
    func json() throws {
        let text = StandardErrorSink.json(line, at: moment)
        #expect(text.split(separator: "\n").count == 1)
        let read = try JSONValue(json: text).decode([String: String].self)
        #expect(
            read == [
                "time": "1970-01-01T00:00:00.000Z", "level": "warning", "message": "disk almost full", "free": "12",
                "name": "a \"b\"\nc",
            ])
    }
}
