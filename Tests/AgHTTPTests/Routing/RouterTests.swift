import AgBase
import Testing

@testable import AgHTTP

@Suite("A router")
struct RouterTests {
    private enum Thing {}

    private var router: Router {
        var router = Router(log: Log(to: SilentSink()))
        let name: @Sendable (String) -> Route.Handler = { text in { _, _ in .text(200, text) } }
        router.on(.get, "/", name("root"))
        router.on(.get, "/images/search", name("search"))
        router.on(.get, "/images/{id}", name("one"))
        router.on(.delete, "/images/{id}", name("delete"))
        router.on(.get, "/images/{id}/status", name("status"))
        router.on(.options, "/sealed/{rest...}", name("cors"))
        router.on(.get, "/sealed/{rest...}") { _, parameters in .text(200, try parameters["rest"]) }
        router.on(.get, "/numbers/{n}") { _, parameters in .text(200, "\(try parameters["n"] as Int)") }
        router.on(.get, "/things/{id}") { _, parameters in
            .text(200, (try parameters["id"] as Identifier<Thing>).text)
        }
        router.on(.get, "/fault") { _, _ in throw Fault(.conflict, "taken", "It is taken.") }
        router.on(.get, "/crash") { _, _ in throw SystemError(call: "/secret/path", errno: 9) }
        router.on(.post, "/body", options: RouteOptions(maxBodyBytes: 4)) { request, _ in
            .text(200, "\(try await request.body.bytes(limit: 100).count)")
        }
        return router
    }

    private func ask(_ method: HTTPMethod, _ target: String, body: RequestBody = .empty) async throws -> (
        Int, String, HTTPResponse
    ) {
        let response = await router.respond(to: try HTTPRequest(method: method, target: target, body: body))
        guard case .bytes(let bytes) = response.body else { return (response.status, "", response) }
        return (response.status, String(decoding: bytes, as: UTF8.self), response)
    }

    @Test(
        "finds the most literal route",
        arguments: [
            (.get, "/", 200, "root"),
            (.get, "/images/search", 200, "search"),
            (.get, "/images/abc", 200, "one"),
            (.head, "/images/abc", 200, "one"),
            (.delete, "/images/abc", 200, "delete"),
            (.get, "/images/search/status", 200, "status"),
            (.get, "/sealed/a/b%2Fc", 200, "a/b/c"),
            (.options, "/sealed/a", 200, "cors"),
            (.get, "/numbers/12", 200, "12"),
            (.get, "/numbers/-1", 200, "-1"),
            (.get, "/things/0198A0B0-1111-7222-8333-444455556666", 200, "0198a0b0-1111-7222-8333-444455556666"),
        ] as [(HTTPMethod, String, Int, String)])
    func found(_ method: HTTPMethod, _ target: String, _ status: Int, _ text: String) async throws {
        let answer = try await ask(method, target)
        #expect(answer.0 == status)
        #expect(answer.1 == text)
    }

    @Test(
        "says 404 for what is not and what cannot be",
        arguments: [
            "/nothing", "/images", "/images/", "/images//status", "/sealed", "/numbers/x", "/numbers/+1", "/things/7",
            "//",
        ])
    func notFound(_ target: String) async throws {
        let answer = try await ask(.get, target)
        #expect(answer.0 == 404)
        #expect(answer.1.contains("\"code\":\"not-found\""))
    }

    @Test("says 405 with what is allowed")
    func methodNotAllowed() async throws {
        let answer = try await ask(.put, "/images/abc")
        #expect(answer.0 == 405)
        #expect(answer.2.headers["Allow"] == "DELETE, GET, HEAD, OPTIONS")
    }

    @Test("answers OPTIONS itself where nobody else does")
    func options() async throws {
        let answer = try await ask(.options, "/images/abc")
        #expect(answer.0 == 204)
        #expect(answer.2.headers["Allow"] == "DELETE, GET, HEAD, OPTIONS")
    }

    @Test("turns a thrown fault into its problem")
    func fault() async throws {
        let answer = try await ask(.get, "/fault")
        #expect(answer.0 == 409)
        #expect(answer.1.contains("\"code\":\"taken\""))
    }

    @Test(
        "says of a full or failing disk that it is one, whoever met it",
        arguments: [
            (Int32(28), 507, "storage-full"), (5, 503, "storage-unavailable"), (24, 503, "storage-unavailable"),
        ])
    func disk(errno: Int32, status: Int, code: String) async throws {
        var router = Router(log: Log(to: SilentSink()))
        router.on(.get, "/disk") { _, _ in throw SystemError(call: "/secret/path", errno: errno) }
        let response = await router.respond(to: try HTTPRequest(method: .get, target: "/disk"))
        guard case .bytes(let bytes) = response.body else { return #expect(Bool(false), "no body") }
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(response.status == status)
        #expect(text.contains("\"code\":\"\(code)\""))
        #expect(!text.contains("secret"))
    }

    @Test("tells a stranger nothing of an unforeseen error, and the log everything")
    func crash() async throws {
        let lines = LogLines()
        var router = Router(log: Log(to: lines))
        router.on(.get, "/crash") { _, _ in throw SystemError(call: "/secret/path", errno: 9) }
        let response = await router.respond(to: try HTTPRequest(method: .get, target: "/crash", id: "r-9"))
        guard case .bytes(let bytes) = response.body else { return #expect(Bool(false), "no body") }
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(response.status == 500)
        #expect(text.contains("internal-error"))
        #expect(!text.contains("secret"))
        #expect(lines.all.first?.facts.contains { $0.value == "r-9" } == true)
        #expect(lines.all.first?.facts.contains { $0.value.contains("/secret/path") } == true)
    }

    @Test("refuses a body beyond the route's limit, announced or not")
    func bodyLimit() async throws {
        #expect(try await ask(.post, "/body", body: RequestBody(bytes: [1, 2, 3, 4])).1 == "4")
        #expect(try await ask(.post, "/body", body: RequestBody(bytes: [1, 2, 3, 4, 5])).0 == 413)
        let unannounced = RequestBody(source: BytesSource([1, 2, 3, 4, 5], chunkSize: 2), declaredLength: nil)
        #expect(try await ask(.post, "/body", body: unannounced).0 == 413)
    }

    @Test(
        "refuses a body with a coding, and names it; a call without a body may say what it likes",
        arguments: [
            ("gzip", "x", "gzip"), ("Br", "x", "Br"), ("identity, deflate", "x", "deflate"),
            ("aws-chunked", "x", "aws-chunked"),
            ("identity", "x", nil), ("IDENTITY , ", "x", nil), ("", "x", nil), ("gzip", "", nil),
        ] as [(String, String, String?)])
    func codings(_ coding: String, _ body: String, _ named: String?) async throws {
        var router = Router(log: Log(to: SilentSink()))
        router.on(.post, "/") { request, _ in .text(200, "\(try await request.body.bytes(limit: 9).count)") }
        let request = try HTTPRequest(
            method: .post, target: "/", headers: ["Content-Encoding": coding],
            body: body.isEmpty ? .empty : RequestBody(bytes: Array(body.utf8)))
        let answer = await router.respond(to: request)
        #expect(answer.status == (named == nil ? 200 : 415))
        #expect(answer.headers["Accept-Encoding"] == (named == nil ? nil : "identity"))
        guard let named, case .bytes(let bytes) = answer.body else { return }
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains("unsupported-content-encoding") && text.contains("'\(named)'"))
    }

    @Test("asks for admission before the handler, and knows the route's tag")
    func admission() async throws {
        var router = Router(log: Log(to: SilentSink()))
        router.on(.get, "/a", options: RouteOptions(tag: "open")) { _, _ in .text(200, "in") }
        router.on(.get, "/b", options: RouteOptions(tag: "shut")) { _, _ in .text(200, "in") }
        router.admission = { _, route in
            guard route.options.tag as? String == "open" else { throw Fault(.forbidden, "no", "No.") }
        }
        #expect(await router.respond(to: try HTTPRequest(method: .get, target: "/a")).status == 200)
        #expect(await router.respond(to: try HTTPRequest(method: .get, target: "/b")).status == 403)
    }

    @Test("lists its routes in order")
    func list() {
        #expect(router.routes.first?.pattern == "/")
        #expect(router.routes.map(\.pattern).contains("/sealed/{rest...}"))
    }
}
