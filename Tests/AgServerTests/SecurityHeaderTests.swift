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

    @Test(
        "What is built into the program is not sent again to one who has it, and otherwise weighed as any content",
        arguments: ["/", "/sign-in", "/ui/app.js", "/ui/style.css", "/openapi.json"])
    func conditions(_ path: String) async throws {
        let desk = try await ServerDesk()
        let whole = try await desk.send(.get, path)
        let tag = try #require(whole.headers["ETag"])
        let length = whole.text.utf8.count
        #expect(whole.status == 200 && length > 100 && whole.headers["Cache-Control"] == "no-cache")
        for (condition, status) in [
            (["If-None-Match": tag], 304), (["If-None-Match": "\"other\", W/\(tag)"], 304),
            (["If-None-Match": "*"], 304), (["If-None-Match": "\"other\""], 200),
            (["If-None-Match": String(repeating: ",", count: 1_000)], 200), (["If-Match": tag], 200),
            (["If-Match": "\"other\""], 412), (["Range": "bytes=0-9"], 206), (["Range": "bytes=\(length)-"], 416),
            (["Range": "bytes=0-9", "If-Range": "\"other\""], 200),
        ] as [(HTTPHeaders, Int)] {
            let answer = try await desk.send(.get, path, headers: condition)
            #expect(answer.status == status, "\(condition)")
            if status == 200 { #expect(answer.text == whole.text, "\(condition)") }
            if status == 206 { #expect(answer.text == String(whole.text.prefix(10))) }
            guard status == 304 else { continue }
            #expect(answer.text.isEmpty && answer.headers["ETag"] == tag)
            #expect(answer.headers["Content-Length"] == "\(length)")
            #expect(answer.headers["Content-Security-Policy"] == whole.headers["Content-Security-Policy"])
        }
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
