import AgBase
import AgHTTP
import AgLibrary
import AgServer
import AgTesting
import Testing

@Suite("Who may call what", .everyEngine, .timeLimit(.minutes(2)))
struct AdmissionTests {
    /// What the answer must be before the handler has a word; `nil` lets the handler answer.
    private func refusal(_ who: Who, _ operation: Operation) -> Int? {
        switch operation.access {
        case .open: return nil
        case .scope(let needed), .scopeOrHandler(let needed):
            if [.nobody, .otherScheme, .endedSession].contains(who), case .scopeOrHandler = operation.access {
                return nil
            }
            guard let scope = who.scope else { return 401 }
            if !operation.method.isSafe, !who.mayChangeThings { return 403 }
            return scope.covers(needed) ? nil : 403
        }
    }

    @Test("Every route admits whom it says and nobody else", arguments: Who.allCases)
    func matrix(_ who: Who) async throws {
        let desk = try await ServerDesk { book in
            book.on(
                Operation(
                    .get, "/test/signed", "A route that also takes signatures", tag: "Test",
                    access: .scopeOrHandler(.read), answers: [.empty(204, "Yes.")])
            ) { _, _ in HTTPResponse(204) }
        }
        for operation in desk.application.operations {
            let path = operation.path.replacingIDs
            let answer = try await desk.send(operation.method, path, as: who)
            if let status = refusal(who, operation) {
                #expect(answer.status == status, "\(who) \(operation.method) \(path): \(answer.text)")
            } else {
                #expect(![401, 403].contains(answer.status), "\(who) \(operation.method) \(path): \(answer.text)")
            }
        }
    }

    @Test("A refusal tells how to do better, and nothing else", arguments: [Who.nobody, .garbage, .revoked])
    func refusalText(_ who: Who) async throws {
        let answer = try await ServerDesk().send(.get, "/api/tokens", as: who)
        #expect(answer.headers["WWW-Authenticate"] == "Bearer")
        #expect(answer.headers["Cache-Control"] == "no-store")
        #expect(answer.code == (who == .nobody ? "unauthorized" : "invalid-token"))
        for secret in ["SELECT", "/tmp", "sqlite"] { #expect(!answer.text.contains(secret)) }
    }

    @Test("A token that is not good is not made good by a cookie that is")
    func tokenBeforeCookie() async throws {
        let desk = try await ServerDesk()
        let answer = try await desk.send(
            .get, "/api/tokens", as: .session, headers: ["Authorization": "Bearer agt_garbage"])
        #expect(answer.status == 401)
    }

    @Test(
        "The Basic of a proxy in front changes nothing for the page's cookie, its CSRF rules included",
        arguments: ["Basic dTpw", "Digest username=\"u\"", "Negotiate abc", "basic", "", "Bearer", "Bearer a b"])
    func besideCookie(_ header: String) async throws {
        let desk = try await ServerDesk()
        let proxy: HTTPHeaders = ["Authorization": header]
        #expect(try await desk.send(.get, "/api/tokens", as: .session, headers: proxy).status == 200)
        #expect(
            try await desk.send(.get, "/api/session", as: .session, headers: proxy).json["scope"]?.string == "admin")
        #expect(try await desk.send(.get, "/api/session", headers: proxy).json["scope"] == .null)
        #expect(try await desk.send(.get, "/", headers: proxy).status == 200)
        let token = #"{"name":"a","scope":"read"}"#
        for (who, status) in [
            (Who.session, 201), (.sessionWithoutCSRF, 403), (.sessionWithWrongCSRF, 403), (.endedSession, 401),
        ] {
            #expect(
                try await desk.send(.post, "/api/tokens", as: who, json: token, headers: proxy).status == status,
                "\(who)")
        }
        let alone = try await desk.send(.get, "/api/tokens", headers: proxy)
        #expect(alone.code == "unauthorized")
        #expect(alone.text.contains("'Authorization: Bearer <token>'"))
    }

    @Test("Two Authorization headers are none of ours, whatever is in them")
    func twoHeaders() async throws {
        let desk = try await ServerDesk()
        let made = try await desk.access.createToken(name: "a", scope: .admin)
        var headers: HTTPHeaders = ["Authorization": "Bearer \(made.text)"]
        headers.add("Authorization", "Basic dTpw")
        #expect(try await desk.send(.get, "/api/tokens", headers: headers).status == 401)
        #expect(try await desk.send(.get, "/api/tokens", as: .session, headers: headers).status == 200)
    }

    @Test(
        "A cookie's change from another site is refused, whatever its token",
        arguments: [
            (["Sec-Fetch-Site": "cross-site"], 403), (["Sec-Fetch-Site": "same-site"], 403),
            (["Sec-Fetch-Site": "same-origin"], 201), (["Sec-Fetch-Site": "none"], 201),
            (["Origin": "https://evil.example", "Host": "pictures.example"], 403),
            (["Origin": "null", "Host": "pictures.example"], 403),
            (["Origin": "https://pictures.example", "Host": "pictures.example"], 201),
        ] as [(HTTPHeaders, Int)])
    func crossSite(_ headers: HTTPHeaders, _ status: Int) async throws {
        let answer = try await ServerDesk().send(
            .post, "/api/tokens", as: .session, json: #"{"name":"a","scope":"read"}"#, headers: headers)
        #expect(answer.status == status, "\(answer.text)")
    }

    @Test(
        "With a public address, that is the page's origin, whatever Host the proxy sends",
        arguments: [
            ("https://pictures.example:8443", "https://pictures.example:8443", 201),
            ("https://pictures.example:8443/silver", "https://pictures.example:8443", 201),
            ("https://pictures.example:8443", "https://pictures.example", 403),
            ("https://pictures.example", "http://pictures.example", 403),
            ("https://pictures.example:443", "https://pictures.example", 201),
            ("https://pictures.example", "http://inside", 403),
        ])
    func publicOrigin(_ publicURL: String, _ origin: String, _ status: Int) async throws {
        let desk = try await ServerDesk(publicURL: publicURL)
        let signIn = try await desk.send(
            .post, "/api/sign-in", json: "{\"token\":\"\(Who.fixedText)\"}",
            headers: ["Origin": origin, "Host": "inside"])
        #expect(signIn.status == (status == 201 ? 200 : 403), "\(signIn.text)")
    }

    @Test("A wrong method says which are right, before it asks who is there")
    func wrongMethod() async throws {
        let answer = try await ServerDesk().send(.put, "/api/tokens")
        #expect(answer.status == 405)
        #expect(answer.headers["Allow"] == "GET, HEAD, OPTIONS, POST")
    }
}

extension String {
    /// Each `{name}` replaced by an id that nobody has.
    var replacingIDs: String {
        split(separator: "/", omittingEmptySubsequences: false)
            .map { $0.hasPrefix("{") ? "01936f5e-0000-7000-8000-000000000000" : String($0) }
            .joined(separator: "/")
    }
}
