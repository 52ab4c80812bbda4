import AgBase
import Testing

@Suite("A server-sent event")
struct ServerSentEventTests {
    private func text(_ bytes: SharedBytes) -> String { bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }

    @Test(
        "is written line by line",
        arguments: [
            (ServerSentEvent(id: "7", event: "job-done", data: "{}"), "id: 7\nevent: job-done\ndata: {}\n\n"),
            (ServerSentEvent(data: ""), "data: \n\n"),
            (ServerSentEvent(data: "a\nb\r\nc\rd"), "data: a\ndata: b\ndata: c\ndata: d\n\n"),
            (ServerSentEvent(data: "a\n\nb\n"), "data: a\ndata: \ndata: b\ndata: \n\n"),
            (ServerSentEvent(id: "1\ndata: x", event: "e\r\0", data: "y"), "id: 1data: x\nevent: e\ndata: y\n\n"),
        ])
    func encoding(_ event: ServerSentEvent, _ expected: String) {
        #expect(text(event.encoded) == expected)
    }

    @Test("a comment is one line")
    func comment() {
        #expect(text(ServerSentEvent.comment("a\nb")) == ": ab\n\n")
    }
}
