import AgBase
import AgHTTP
import AgLibrary
import AgSQL
import AgServer
import AgTesting
import Testing

@Suite("Sign-in", .everyEngine, .timeLimit(.minutes(1)))
struct SignInTests {
    private func cookie(_ answer: Answer) throws -> String {
        let line = try #require(answer.headers["Set-Cookie"])
        return String(line.prefix { $0 != ";" })
    }

    @Test("A link opens a session once; its cookie and CSRF token then work")
    func link() async throws {
        let desk = try await ServerDesk()
        let made = try await desk.send(.post, "/api/sign-in/links", as: .admin, headers: ["Host": "127.0.0.1:8080"])
        let url = try #require(try made.json["url"]?.string)
        #expect(url.hasPrefix("http://127.0.0.1:8080/sign-in#"))
        let code = url.split(separator: "#")[1]

        let first = try await desk.send(.post, "/api/sign-in", json: "{\"code\":\"\(code)\"}")
        let second = try await desk.send(.post, "/api/sign-in", json: "{\"code\":\"\(code)\"}")

        #expect(first.status == 200)
        #expect(second.status == 401)
        #expect(second.code == "sign-in-refused")
        #expect(second.headers["Set-Cookie"] == nil)
        let csrf = try #require(try first.json["csrfToken"]?.string)
        let change = try await desk.send(
            .post, "/api/tokens", json: #"{"name":"a","scope":"read"}"#,
            headers: ["Cookie": try cookie(first), "X-CSRF-Token": csrf])
        #expect(change.status == 201)
    }

    @Test("The link names the public address when there is one")
    func publicLink() async throws {
        let desk = try await ServerDesk(publicURL: "https://pictures.example/silver")
        let made = try await desk.send(.post, "/api/sign-in/links", as: .admin)
        #expect(try made.json["url"]?.string?.hasPrefix("https://pictures.example/silver/sign-in#") == true)
    }

    @Test(
        "The link leads to where its maker reached the server, with or without a port",
        arguments: ["127.0.0.1:8080", "pictures.example", "[::1]:8080", "[fe80::1]"])
    func hostLink(_ host: String) async throws {
        let made = try await ServerDesk().send(.post, "/api/sign-in/links", as: .admin, headers: ["Host": host])
        #expect(try made.json["url"]?.string?.hasPrefix("http://\(host)/sign-in#") == true)
    }

    @Test(
        "A link that would lead nowhere is not made, unless there is a public address",
        arguments: [nil, "", ":8080", ":", "[]", "[]:8080"])
    func noHost(_ host: String?) async throws {
        let headers: HTTPHeaders = host.map { ["Host": $0] } ?? [:]
        let desk = try await ServerDesk()
        let refused = try await desk.send(.post, "/api/sign-in/links", as: .admin, headers: headers)
        #expect(refused.status == 400 && refused.code == "invalid-host")
        let codes = try await desk.database.read { try $0.value("SELECT count(*) FROM sign_in_codes") as Int? }
        #expect(codes == 0)
        let known = try await ServerDesk(publicURL: "https://pictures.example")
        #expect(try await known.send(.post, "/api/sign-in/links", as: .admin, headers: headers).status == 201)
    }

    @Test(
        "The cookie is kept from scripts and other sites, and from http when there is https",
        arguments: [
            (nil, "argentum_session=", "; Path=/; Max-Age=2592000; HttpOnly; SameSite=Strict"),
            (
                "https://pictures.example", "__Host-argentum_session=",
                "; Path=/; Max-Age=2592000; HttpOnly; SameSite=Strict; Secure"
            ),
            (
                "https://pictures.example/silver", "argentum_session=",
                "; Path=/silver/; Max-Age=2592000; HttpOnly; SameSite=Strict; Secure"
            ),
        ] as [(String?, String, String)])
    func cookieLine(_ publicURL: String?, _ start: String, _ end: String) async throws {
        let desk = try await ServerDesk(publicURL: publicURL)
        let answer = try await desk.send(.post, "/api/sign-in", json: "{\"token\":\"\(Who.fixedText)\"}")
        let line = try #require(answer.headers["Set-Cookie"])
        #expect(line.hasPrefix(start))
        #expect(line.hasSuffix(end))
        #expect(line.utf8.count == start.utf8.count + 43 + end.utf8.count)
    }

    @Test("Signing out takes the cookie back and ends the session")
    func signOut() async throws {
        let desk = try await ServerDesk()
        let opened = try await desk.send(.post, "/api/sign-in", json: "{\"token\":\"\(Who.fixedText)\"}")
        let headers: HTTPHeaders = [
            "Cookie": try cookie(opened), "X-CSRF-Token": try #require(try opened.json["csrfToken"]?.string),
        ]
        let out = try await desk.send(.post, "/api/sign-out", headers: headers)
        #expect(out.status == 204)
        #expect(out.headers["Set-Cookie"]?.hasPrefix("argentum_session=; Path=/; Max-Age=0;") == true)
        #expect(try await desk.send(.get, "/api/tokens", headers: headers).status == 401)
        let after = try await desk.send(.get, "/api/session", headers: headers)
        #expect(after.status == 200)
        #expect(try after.json["scope"] == .null)
        #expect(after.headers["Set-Cookie"]?.contains("Max-Age=0") == true)
    }

    @Test("The page learns who it is; a token's holder gets no CSRF token")
    func session() async throws {
        let desk = try await ServerDesk()
        let byCookie = try await desk.send(.get, "/api/session", as: .readerSession)
        #expect(try byCookie.json["scope"]?.string == "read")
        #expect(try byCookie.json["csrfToken"]?.string?.isEmpty == false)
        let byToken = try await desk.send(.get, "/api/session", as: .writer)
        #expect(try byToken.json["scope"]?.string == "write")
        #expect(try byToken.json["csrfToken"] == .null)
        #expect(try byToken.json["tokenId"]?.string?.isEmpty == false)
        #expect(try await desk.send(.get, "/api/session", as: .fixed).json["tokenId"] == .null)
    }

    @Test("Nobody is told so without an error, and a token that is not good is one")
    func nobody() async throws {
        let desk = try await ServerDesk()
        let answer = try await desk.send(.get, "/api/session")
        #expect(answer.status == 200)
        #expect(try answer.json["scope"] == .null)
        #expect(try answer.json["csrfToken"] == .null)
        #expect(answer.headers["Set-Cookie"] == nil)
        #expect(try await desk.send(.get, "/api/session", as: .garbage).status == 401)
    }

    @Test(
        "What is no sign-in is refused precisely",
        arguments: [
            (#"{"token":"agt_nobody"}"#, 401, "sign-in-refused"), (#"{"code":"x"}"#, 401, "sign-in-refused"),
            (#"{}"#, 422, "invalid-body"), (#"{"token":"a","code":"b"}"#, 422, "invalid-body"),
            (#"{"token":7}"#, 422, "invalid-body"), ("{", 400, "invalid-json"), ("", 400, "invalid-json"),
        ])
    func refused(_ body: String, _ status: Int, _ code: String) async throws {
        let answer = try await ServerDesk().send(.post, "/api/sign-in", json: body)
        #expect(answer.status == status)
        #expect(answer.code == code)
        #expect(answer.headers["Set-Cookie"] == nil)
    }

    @Test("Another site's form can neither sign in nor reach the JSON calls")
    func forms() async throws {
        let desk = try await ServerDesk()
        let body = "{\"token\":\"\(Who.fixedText)\"}"
        let form = try await desk.send(.post, "/api/sign-in", json: body, headers: ["Content-Type": "text/plain"])
        #expect(form.status == 415)
        let site = try await desk.send(.post, "/api/sign-in", json: body, headers: ["Sec-Fetch-Site": "cross-site"])
        #expect(site.code == "cross-site")
    }
}
