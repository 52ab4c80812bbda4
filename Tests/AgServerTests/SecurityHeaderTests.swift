import AgBase
import AgHTTP
import AgLibrary
import AgServer
import AgTesting
import Testing

@Suite("Security headers", .everyEngine, .timeLimit(.minutes(1)))
struct SecurityHeaderTests {
    @Test(
        "Every answer forbids sniffing, framing and running",
        arguments: ["/livez", "/api/tokens", "/nowhere", "/", "/ui/app.js"])
    func everywhere(_ path: String) async throws {
        let answer = try await ServerDesk().send(.get, path)
        #expect(answer.headers["X-Content-Type-Options"] == "nosniff")
        #expect(answer.headers["X-Frame-Options"] == "DENY")
        #expect(answer.headers["Referrer-Policy"] == "no-referrer")
        #expect(answer.headers["Cross-Origin-Resource-Policy"] == "same-origin")
        let policy = try #require(answer.headers["Content-Security-Policy"])
        #expect(policy.hasPrefix("default-src 'none'"))
        #expect(policy.contains("frame-ancestors 'none'"))
        #expect(!policy.contains("unsafe"))
        #expect(answer.headers["Access-Control-Allow-Origin"] == nil)
    }

    @Test("The page may run its own modules only, and holds nothing inline")
    func page() async throws {
        for path in ["/", "/sign-in"] {
            let answer = try await ServerDesk().send(.get, path)
            #expect(answer.status == 200)
            #expect(answer.headers["Content-Type"] == "text/html; charset=utf-8")
            #expect(answer.headers["Content-Security-Policy"]?.contains("script-src 'self';") == true)
            #expect(answer.text.contains("<script type=\"module\" src="))
            for inline in [" style=", "<style", " onclick=", " onload=", "javascript:", "<script>"] {
                #expect(!answer.text.contains(inline), "\(inline)")
            }
        }
    }

    @Test("A page's file that is known already is not sent again")
    func notModified() async throws {
        let desk = try await ServerDesk()
        let tag = try #require(try await desk.send(.get, "/ui/app.js").headers["ETag"])
        let again = try await desk.send(.get, "/ui/app.js", headers: ["If-None-Match": tag])
        #expect(again.status == 304)
        #expect(again.text.isEmpty)
        #expect(try await desk.send(.get, "/ui/app.js", headers: ["If-None-Match": "\"other\""]).status == 200)
    }

    @Test("A route's own word about caches and policies stands, but an error is never stored")
    func routeDecides() async throws {
        let desk = try await ServerDesk { book in
            for status in [200, 404] {
                let operation = Operation(
                    .get, "/test/\(status)", "Test", tag: "Test", access: .open, answers: [.empty(status, "Test.")])
                book.on(operation) { _, _ in
                    HTTPResponse(
                        status,
                        headers: ["Cache-Control": "max-age=60", "Cross-Origin-Resource-Policy": "cross-origin"])
                }
            }
        }
        let good = try await desk.send(.get, "/test/200")
        #expect(good.headers.all("Cache-Control") == ["max-age=60"])
        #expect(good.headers.all("Cross-Origin-Resource-Policy") == ["cross-origin"])
        #expect(try await desk.send(.get, "/test/404").headers.all("Cache-Control") == ["no-store"])
        #expect(try await desk.send(.get, "/livez").headers["Cache-Control"] == "no-store")
    }
}
