import AgBase
import AgHTTP
import AgTesting

/// A server with one page at an origin of its own, which takes what the page reports.
final class PageServer: Sendable {
    private let server: HTTPServer
    private let page = Monitor("")
    private let reported = Monitor<String?>(nil)
    let origin: String

    init() throws {
        let (page, reported) = (page, reported)
        server = HTTPServer(settings: HTTPServerSettings(host: "127.0.0.1", port: 0), log: Log(to: SilentSink())) {
            request in
            guard request.method == .post else {
                return .text(200, page.current, type: "text/html; charset=utf-8")
            }
            let bytes = (try? await request.body.bytes(limit: 10_000)) ?? []
            reported.change { $0 = String(decoding: bytes, as: UTF8.self) }
            return HTTPResponse(204)
        }
        origin = "http://localhost:\(try server.start())"
    }

    func serve(_ text: String) { page.change { $0 = text } }

    func report(within limit: Duration) async throws -> JSONValue {
        let reported = reported
        let deadline = Deadline.within(limit)
        guard let text = try await Harness.threads.run({ reported.wait(until: deadline) { $0 } }) else {
            throw HarnessFailure("The page at \(origin) has reported nothing within \(limit).")
        }
        return try JSONValue.read(text)
    }

    func stop() async { await server.shutdown(grace: .zero) }
}
