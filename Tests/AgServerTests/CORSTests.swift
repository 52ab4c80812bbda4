import AgBase
import AgHTTP
import AgLibrary
import AgTesting
import Testing

@testable import AgServer

@Suite("Pages of other origins", .everyEngine, .timeLimit(.minutes(1)))
struct CORSTests {
    static let listed = "https://app.example"
    static let stranger = "https://evil.example"

    /// Routes of every kind beside those of the frame.
    private static func addRoutes(_ book: inout RouteBook) {
        let kinds: [(String, RouteAccess, CrossOrigin)] = [
            ("/test/grant", .open, .ownAuthority), ("/test/picture", .scopeOrHandler(.read), .ownAuthorityWhenSigned),
            ("/test/sealed", .open, .everyone), ("/test/call", .scope(.read), .listed),
        ]
        for (path, access, crossOrigin) in kinds {
            for method in [HTTPMethod.get, .put] {
                let operation = Operation(
                    method, path, "Test", tag: "Test", access: access, answers: [.empty(204, "Yes.")],
                    crossOrigin: crossOrigin)
                book.on(operation) { request, _ in
                    if request.query.raw.contains("signature"), request.attached(Credential.self) == nil {
                        request.attach(Reusable(patience: .seconds(60)) { true })
                    }
                    return HTTPResponse(200, headers: ["ETag": "\"t\"", "Vary": "Accept"], body: .bytes([1]))
                }
            }
        }
    }

    private func desk(_ origins: String...) async throws -> ServerDesk {
        try await ServerDesk(cors: try CORSPolicy(origins), addRoutes: Self.addRoutes)
    }

    struct Case: CustomTestStringConvertible, Sendable {
        let origins: [String]
        let who: Who
        let method: HTTPMethod
        let target: String
        let origin: String?
        /// The value of `Access-Control-Allow-Origin`.
        let granted: String?
        let variesByOrigin: Bool

        var testDescription: String { "\(origins) \(who) \(method) \(target) of \(origin ?? "no origin")" }
    }

    private static func cases(
        _ origins: [String], _ who: Who, _ target: String, _ origin: String?, granted: String?, varies: Bool,
        methods: [HTTPMethod] = [.get, .put]
    ) -> [Case] {
        methods.map {
            Case(
                origins: origins, who: who, method: $0, target: target, origin: origin, granted: granted,
                variesByOrigin: varies)
        }
    }

    private static let signed = "/test/picture?v=1&signature=x"

    static let cases: [Case] = [
        // Without the setting, nothing is said to anybody.
        cases([], .fixed, "/test/call", listed, granted: nil, varies: false),
        cases([], .nobody, "/test/grant", listed, granted: nil, varies: false),
        cases([], .nobody, signed, listed, granted: nil, varies: false),
        // A listed origin may use all that needs no cookie, and read refusals.
        cases([listed], .fixed, "/test/call", listed, granted: listed, varies: true),
        cases([listed], .nobody, "/test/call", listed, granted: listed, varies: true),
        cases([listed], .garbage, "/test/call", listed, granted: listed, varies: true),
        cases([listed], .nobody, "/test/grant", listed, granted: listed, varies: true),
        cases([listed], .nobody, signed, listed, granted: listed, varies: true),
        cases([listed], .fixed, "/test/picture", listed, granted: listed, varies: true),
        cases([listed], .nobody, "/nowhere", listed, granted: listed, varies: true),
        cases([listed], .fixed, "/livez", listed, granted: listed, varies: true),
        cases([listed], .fixed, "/api/events", listed, granted: listed, varies: true, methods: [.get]),
        // Another one may not, and its answers still depend on the origin, as do those without one.
        cases([listed], .fixed, "/test/call", stranger, granted: nil, varies: true),
        cases([listed], .nobody, "/test/grant", stranger, granted: nil, varies: true),
        cases([listed], .nobody, signed, stranger, granted: nil, varies: true),
        cases([listed], .nobody, signed, nil, granted: nil, varies: true),
        cases([listed], .fixed, "/test/call", nil, granted: nil, varies: true),
        cases([listed], .fixed, "/test/call", "null", granted: nil, varies: true),
        cases([listed], .fixed, "/test/call", "http://app.example", granted: nil, varies: true),
        cases([listed], .fixed, "/test/call", "https://app.example:444", granted: nil, varies: true),
        cases([listed], .fixed, "/test/call", "https://app.example.evil.example", granted: nil, varies: true),
        cases([listed], .fixed, "/test/call", "https://sub.app.example", granted: nil, varies: true),
        // Never with the cookie.
        cases([listed], .session, "/test/call", listed, granted: nil, varies: true),
        cases([listed], .session, signed, listed, granted: nil, varies: true),
        cases(["*"], .session, signed, listed, granted: nil, varies: true),
        cases(["*"], .session, "/test/grant", stranger, granted: nil, varies: true),
        // The page's own files, and what gives its cookie, are nobody else's.
        cases([listed], .nobody, "/", listed, granted: nil, varies: false, methods: [.get]),
        cases([listed, "*"], .nobody, "/ui/app.js", listed, granted: nil, varies: false, methods: [.get]),
        cases([listed, "*"], .nobody, "/api/sign-in", listed, granted: nil, varies: false, methods: [.post]),
        // The star is for URLs that carry their own authority, whoever asks, and for nothing else.
        cases(["*"], .nobody, "/test/grant", stranger, granted: "*", varies: false),
        cases(["*"], .nobody, "/test/grant", nil, granted: "*", varies: false),
        cases(["*"], .nobody, signed, stranger, granted: "*", varies: false),
        cases(["*"], .nobody, signed, nil, granted: "*", varies: false),
        cases(["*"], .fixed, signed, stranger, granted: nil, varies: false),
        cases(["*"], .fixed, "/test/picture", stranger, granted: nil, varies: false),
        cases(["*"], .fixed, "/test/call", stranger, granted: nil, varies: false),
        cases(["*", listed], .fixed, "/test/call", listed, granted: listed, varies: true),
        cases(["*", listed], .nobody, signed, stranger, granted: "*", varies: false),
        // A route that is for every page is so whatever the setting says.
        cases([], .nobody, "/test/sealed", stranger, granted: "*", varies: false),
        cases([listed], .nobody, "/test/sealed", stranger, granted: "*", varies: false),
    ].flatMap { $0 }

    @Test("may read exactly what the setting allows them", arguments: cases)
    func grants(_ it: Case) async throws {
        let desk = try await ServerDesk(cors: try CORSPolicy(it.origins), addRoutes: Self.addRoutes)
        var headers = HTTPHeaders()
        if let origin = it.origin { headers.add("Origin", origin) }
        // The second time it may be an answer that is given again.
        for _ in 0..<2 {
            let answer = try await desk.send(it.method, it.target, as: it.who, headers: headers)
            #expect(answer.headers.all("Access-Control-Allow-Origin") == [it.granted].compactMap { $0 })
            #expect(answer.headers.contains("Access-Control-Expose-Headers") == (it.granted != nil))
            let vary = answer.headers.all("Vary").joined(separator: ",")
            #expect(vary.contains("Origin") == it.variesByOrigin, "\(vary)")
            if it.target.hasPrefix("/test"), answer.status == 200 { #expect(vary.hasPrefix("Accept")) }
            #expect(!answer.headers.contains("Access-Control-Allow-Credentials"))
        }
    }

    @Test("may read the headers that programs need")
    func exposed() async throws {
        let answer = try await desk(Self.listed).send(.get, "/livez", headers: ["Origin": Self.listed])
        let exposed = answer.headers["Access-Control-Expose-Headers"]?.split(separator: ", ").map(String.init) ?? []
        for name in [
            "Location", "ETag", "Retry-After", "X-Request-Id", "Content-Range", "Upload-Offset", "Upload-Length",
            "Upload-Expires", "Tus-Resumable", "Tus-Version", "Tus-Extension", "Tus-Max-Size",
        ] {
            #expect(exposed.contains(name), "\(name)")
        }
    }

    private func preflight(
        _ desk: ServerDesk, _ target: String, _ origin: String, _ method: HTTPMethod, _ names: String = ""
    ) async throws -> Answer {
        var headers: HTTPHeaders = ["Origin": origin, "Access-Control-Request-Method": method.rawValue]
        if !names.isEmpty { headers.add("Access-Control-Request-Headers", names) }
        return try await desk.send(.options, target, headers: headers)
    }

    @Test("are told by a preflight which methods and headers they may use")
    func preflights() async throws {
        let desk = try await desk(Self.listed)
        let names = "authorization, content-type, x-session-id, tus-resumable, traceparent"
        for target in ["/test/call", "/test/grant", Self.signed, "/api/tokens/{id}".replacingIDs] {
            let answer = try await preflight(desk, target, Self.listed, .put, names)
            #expect(answer.status == 204)
            #expect(answer.headers["Access-Control-Allow-Origin"] == Self.listed)
            #expect(answer.headers["Access-Control-Allow-Methods"] == answer.headers["Allow"])
            #expect(answer.headers["Access-Control-Allow-Headers"] == names)
            #expect(answer.headers["Access-Control-Max-Age"] == "7200")
            #expect(!answer.headers.contains("Access-Control-Allow-Credentials"))
            #expect(!answer.headers.contains("Access-Control-Allow-Private-Network"))
        }
        let methods = try await preflight(desk, "/test/call", Self.listed, .put).headers["Access-Control-Allow-Methods"]
        #expect(methods == "GET, HEAD, OPTIONS, PUT")
    }

    @Test("are granted nothing by a preflight that is not theirs, asks for nonsense, or is none")
    func otherPreflights() async throws {
        let desk = try await desk(Self.listed, "*")
        for (target, origin) in [("/test/call", Self.stranger), ("/api/sign-in", Self.listed), ("/", Self.listed)] {
            let answer = try await preflight(desk, target, origin, .get, "authorization")
            #expect(answer.status == 204)
            #expect(answer.headers.fields.allSatisfy { !$0.name.hasPrefix("Access-Control") }, "\(target)")
        }
        let withToken = try await preflight(desk, Self.signed, Self.stranger, .get, "x-a, Authorization")
        #expect(!withToken.headers.contains("Access-Control-Allow-Origin"))
        let nonsense = try await preflight(desk, "/test/call", Self.listed, .get, "a b, c")
        #expect(!nonsense.headers.contains("Access-Control-Allow-Headers"))
        let plain = try await desk.send(.options, "/test/call", headers: ["Origin": Self.listed])
        #expect(plain.headers["Access-Control-Allow-Origin"] == Self.listed)
        #expect(!plain.headers.contains("Access-Control-Allow-Methods"))
    }

    @Test("may read a refusal that no handler gave, when its head could be read")
    func refusals() async throws {
        let desk = try await desk(Self.listed)
        var answer = HTTPResponse(431)
        desk.application.finish(&answer, HTTPRequestHead(method: .get, target: "/x", headers: ["Origin": Self.listed]))
        #expect(answer.headers["Access-Control-Allow-Origin"] == Self.listed)
        #expect(answer.headers["X-Frame-Options"] == "DENY")
        var unread = HTTPResponse(400)
        desk.application.finish(&unread, nil)
        #expect(!unread.headers.contains("Access-Control-Allow-Origin"))
        #expect(unread.headers["Vary"] == "Origin" && unread.headers["Content-Security-Policy"] != nil)
    }

    @Test("are no reason for an answer that is given again to go to another")
    func hotAnswers() async throws {
        let desk = try await desk(Self.listed)
        for origin in [nil, Self.listed, Self.stranger, nil, Self.listed] {
            let headers = HTTPHeaders(origin.map { [.init(name: "Origin", value: $0)] } ?? [])
            let answer = try await desk.send(.get, Self.signed, headers: headers)
            #expect(answer.headers["Access-Control-Allow-Origin"] == (origin == Self.listed ? origin : nil))
        }
    }

    @Test(
        "are named as browsers name them",
        arguments: [
            ("https://app.example", "https://app.example"), ("HTTPS://App.Example:443", "https://app.example"),
            ("http://app.example:80", "http://app.example"), ("http://localhost:5173", "http://localhost:5173"),
            ("http://[::1]:8080", "http://[::1]:8080"), ("http://192.0.2.1", "http://192.0.2.1"),
            ("capacitor://localhost", "capacitor://localhost"),
            ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
        ])
    func origins(_ word: String, _ origin: String) async throws {
        let desk = try await ServerDesk(cors: try CORSPolicy([word]))
        let answer = try await desk.send(.get, "/livez", headers: ["Origin": origin])
        #expect(answer.headers["Access-Control-Allow-Origin"] == origin)
    }

    @Test(
        "are refused with a sentence when they are none",
        arguments: [
            "null", "app.example", "https://", "https://app.example/", "https://app.example/path", "https://*.example",
            "**",
            "https://user@app.example", "https://app.example:0", "https://app.example:65536", "https://app.example:x",
            "https://app.example:", "https://app.example?", "https://bücher.example", "1http://a", "//a", "https:/a",
            "",
            "https://a b", "https://[::1", "https://[]",
        ])
    func badOrigins(_ word: String) {
        let problem = #expect(throws: SettingsProblem.self) { try CORSPolicy(["*", word]) }
        #expect(problem?.sentences.count == 1)
        #expect(problem?.sentences.first?.contains("cors-origins") == true)
        #expect(problem?.sentences.first?.contains("'\(word)'") == true)
    }
}
