import AgBase
import AgLibrary
import AgSQL
import AgTesting
import Testing

@Suite("Sign-in and sessions", .timeLimit(.minutes(1)))
struct SessionTests {
    @Test("A link's code works once")
    func once() async throws {
        let desk = try await AccessDesk()
        let code = desk.access.codes.make().code

        let cookie = try #require(try await desk.access.signIn(code: code))

        #expect(try await desk.access.credential(session: cookie) == Credential(scope: .admin, origin: .session))
        #expect(try await desk.access.signIn(code: code) == nil)
    }

    @Test("Of many who use one code at the same time, one gets in")
    func race() async throws {
        let desk = try await AccessDesk()
        let code = desk.access.codes.make().code
        let opened = try await withThrowingTaskGroup(of: String?.self) { group in
            for _ in 0..<20 { group.addTask { try await desk.access.signIn(code: code) } }
            return try await group.reduce(into: 0) { $0 += $1 == nil ? 0 : 1 }
        }
        #expect(opened == 1)
    }

    @Test("A link's code ends after a quarter of an hour")
    func codeExpiry() async throws {
        let desk = try await AccessDesk()
        let (code, until) = desk.access.codes.make()
        #expect(until == desk.clock.now() + .seconds(900))
        desk.clock.advance(.seconds(900))
        #expect(try await desk.access.signIn(code: code) == nil)
    }

    @Test("Of too many open links the oldest goes")
    func tooManyCodes() async throws {
        let desk = try await AccessDesk()
        let codes = (0..<33).map { _ in desk.access.codes.make().code }
        #expect(!desk.access.codes.redeem(codes[0]))
        #expect(desk.access.codes.redeem(codes[1]))
        #expect(desk.access.codes.redeem(codes[32]))
    }

    @Test("A session has the scope of the token it was opened with, and ends with it")
    func tokenSession() async throws {
        let desk = try await AccessDesk()
        let made = try await desk.access.createToken(name: "reader", scope: .read)
        let cookie = try #require(try await desk.access.signIn(token: made.text))
        #expect(try await desk.access.credential(session: cookie)?.scope == .read)

        try await desk.access.revokeToken(made.token.id)

        #expect(try await desk.access.credential(session: cookie) == nil)
        #expect(try await desk.count("ui_sessions") == 0)
    }

    @Test("Signing out ends the session for every holder of the cookie")
    func signOut() async throws {
        let desk = try await AccessDesk()
        let cookie = try #require(try await desk.access.signIn(code: desk.access.codes.make().code))
        #expect(try await desk.access.credential(session: cookie) != nil)
        try await desk.access.signOut(cookie)
        #expect(try await desk.access.credential(session: cookie) == nil)
    }

    @Test("A session ends after thirty days, and its row goes with the next sign-in")
    func expiry() async throws {
        let desk = try await AccessDesk()
        let cookie = try #require(try await desk.access.signIn(code: desk.access.codes.make().code))
        desk.clock.advance(.seconds(30 * 86_400))
        #expect(try await desk.access.credential(session: cookie) == nil)
        _ = try await desk.access.signIn(code: desk.access.codes.make().code)
        #expect(try await desk.count("ui_sessions") == 1)
    }

    @Test("A session outlives a restart; the cookie itself is not stored")
    func restart() async throws {
        let desk = try await AccessDesk()
        let cookie = try #require(try await desk.access.signIn(code: desk.access.codes.make().code))
        #expect(try await desk.neighbour().credential(session: cookie) != nil)
        let isStored = try await desk.database.read {
            try $0.exists("SELECT 1 FROM ui_sessions WHERE secret_hash = \(Array(cookie.utf8))")
        }
        #expect(!isStored)
    }

    @Test("A wrong token opens nothing")
    func wrongToken() async throws {
        let desk = try await AccessDesk()
        #expect(try await desk.access.signIn(token: "agt_nobody") == nil)
        #expect(try await desk.access.signIn(code: "") == nil)
        #expect(try await desk.count("ui_sessions") == 0)
    }

    @Test("A CSRF token belongs to one cookie")
    func csrf() async throws {
        let desk = try await AccessDesk()
        let one = try #require(try await desk.access.signIn(code: desk.access.codes.make().code))
        let two = try #require(try await desk.access.signIn(code: desk.access.codes.make().code))
        let token = desk.access.csrfToken(session: one)
        #expect(desk.access.isCSRFToken(token, session: one))
        #expect(!desk.access.isCSRFToken(token, session: two))
        #expect(!desk.access.isCSRFToken("", session: one))
        #expect(!desk.access.isCSRFToken(one, session: one))
    }
}
