import AgBase
import AgHTTP
import Testing

@testable import AgServer

@Suite("Where a stream of events begins")
struct EventStartTests {
    private func start(_ header: String?, _ query: String = "") throws -> Int64? {
        var headers: HTTPHeaders = [:]
        headers["Last-Event-ID"] = header
        return try EventStart.read(HTTPRequest(method: .get, target: "/api/events?\(query)", headers: headers))
    }

    @Test("the browser's own place counts more than the query's")
    func places() throws {
        #expect(try start(nil) == nil)
        #expect(try start(nil, "after=7") == 7)
        #expect(try start("42", "after=7") == 42)
        #expect(try start("", "after=7") == 7)
        #expect(try start("007") == 7)
    }

    @Test("only digits are a place", arguments: ["+7", "-0", "-1", "x", "1 ", "٧", "9223372036854775808"])
    func refused(_ text: String) {
        #expect(throws: Fault.self) { try start(text) }
        #expect(throws: Fault.self) { try start(nil, "after=\(text.replacing("+", with: "%2B"))") }
    }
}
