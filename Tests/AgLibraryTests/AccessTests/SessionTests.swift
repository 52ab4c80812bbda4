import AgBase
import AgLibrary
import AgSQL
import AgTesting
import Testing

@Suite("Sign-in and sessions", .everyEngine, .timeLimit(.minutes(1)))
struct SessionTests {
    @Test("A link's code works once")
    func once() async throws {
        let desk = try await AccessDesk()
        let code = try await desk.code()

        let cookie = try #require(try await desk.access.signIn(code: code))

        let credential = try #require(try await desk.access.credential(session: cookie))
        #expect(credential.scope == .admin && credential.isSession)
        #expect(try await desk.access.signIn(code: code) == nil)
    }

    @Test("Of many who use one code at the same time, one gets in")
    func race() async throws {
        let desk = try await AccessDesk()
        let code = try await desk.code()
        let opened = try await withThrowingTaskGroup(of: String?.self) { group in
            for _ in 0..<20 { group.addTask { try await desk.access.signIn(code: code) } }
            return try await group.reduce(into: 0) { $0 += $1 == nil ? 0 : 1 }
        }
        #expect(opened == 1)
    }

    @Test("A link's code ends after a quarter of an hour")
    func codeExpiry() async throws {
        let desk = try await AccessDesk(fixedToken: Secret("a-fixed-token-of-the-test"))
        let (code, until) = try await desk.access.codes.make(for: .fixedToken)
        #expect(until == desk.clock.now() + .seconds(900))
        desk.clock.advance(.seconds(900))
        #expect(try await desk.access.signIn(code: code) == nil)
    }

    @Test("A link's code does not live longer because the clock was set back")
    func codeSetBack() async throws {
        let desk = try await AccessDesk(fixedToken: Secret("a-fixed-token-of-the-test"))
        let code = try await desk.access.codes.make(for: .fixedToken).code
        desk.clock.advance(.seconds(-86_400))
        #expect(try await desk.access.signIn(code: code) == nil)
    }

    @Test("Of too many open links the oldest goes")
    func tooManyCodes() async throws {
        let desk = try await AccessDesk(fixedToken: Secret("a-fixed-token-of-the-test"))
        var codes: [String] = []
        for _ in 0..<33 { codes.append(try await desk.access.codes.make(for: .fixedToken).code) }
        #expect(try await desk.access.codes.redeem(codes[0]) == nil)
        #expect(try await desk.access.codes.redeem(codes[1]) == .fixedToken)
        #expect(try await desk.access.codes.redeem(codes[32]) == .fixedToken)
    }

    @Test("A link works on every server of an installation, once on all of them together, and is not stored itself")
    func linkElsewhere() async throws {
        let desk = try await AccessDesk()
        let (code, other) = (try await desk.code(), desk.neighbour())
        let isStored = try await desk.database.read {
            try $0.exists("SELECT 1 FROM sign_in_codes WHERE digest = \(Array(code.utf8))")
        }
        #expect(!isStored)
        #expect(try await other.signIn(code: code) != nil)
        #expect(try await desk.access.signIn(code: code) == nil)
        #expect(try await desk.count("sign_in_codes") == 0)
    }

    @Test("A link of the fixed token ends when the operator chooses another")
    func fixedTokenLink() async throws {
        let desk = try await AccessDesk(fixedToken: Secret("the-first-fixed-token"))
        let code = try await desk.access.codes.make(for: .fixedToken).code
        for other in [Secret("the-second-fixed-token"), nil] {
            #expect(try await desk.neighbour(other).signIn(code: code) == nil)
        }
        #expect(try await desk.neighbour(Secret("the-first-fixed-token")).signIn(code: code) != nil)
    }

    @Test("A token that is gone makes no link")
    func linkOfNobody() async throws {
        let desk = try await AccessDesk()
        let made = try await desk.access.createToken(name: "gone", scope: .admin)
        try await desk.access.revokeToken(made.token.id)
        await #expect(throws: Fault.self) { try await desk.access.codes.make(for: .token(made.token.id)) }
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

    @Test("A session ends with the token whose link opened it, also when a session of that token made the link")
    func linkSession() async throws {
        let desk = try await AccessDesk()
        let made = try await desk.access.createToken(name: "stolen", scope: .admin)
        let first = try #require(
            try await desk.access.signIn(code: try await desk.access.signInCode(token: made.text)))
        let maker = try #require(try await desk.access.credential(session: first)).origin
        let second = try #require(try await desk.access.signIn(code: try await desk.access.codes.make(for: maker).code))
        let unused = try await desk.access.codes.make(for: maker).code

        try await desk.access.revokeToken(made.token.id)

        for cookie in [first, second] { #expect(try await desk.access.credential(session: cookie) == nil) }
        #expect(try await desk.access.signIn(code: unused) == nil)
    }

    @Test("A link that was not used ends with the session that made it", arguments: [true, false])
    func signedOutLink(_ isFixed: Bool) async throws {
        let desk = try await AccessDesk(fixedToken: Secret("the-fixed-token-of-the-operator"))
        let owner = try await desk.access.createToken(name: "owner", scope: .admin)
        let cookie = try #require(
            try await desk.access.signIn(token: isFixed ? "the-fixed-token-of-the-operator" : owner.text))
        let maker = try #require(try await desk.access.credential(session: cookie)).origin
        let code = try await desk.access.codes.make(for: maker, session: cookie).code
        let kept = try await desk.access.codes.make(for: maker).code

        try await desk.access.signOut(cookie)

        #expect(try await desk.access.signIn(code: code) == nil)
        #expect(try await desk.neighbour(Secret("the-fixed-token-of-the-operator")).signIn(code: code) == nil)
        #expect(try await desk.access.signIn(code: kept) != nil)
        #expect(try await desk.count("sign_in_codes") == 0)
    }

    @Test("A session lives no longer than the token it was opened with")
    func tokenExpiry() async throws {
        let desk = try await AccessDesk()
        let made = try await desk.access.createToken(name: "brief", scope: .write, expiresIn: .seconds(60))
        let cookie = try #require(try await desk.access.signIn(token: made.text))
        #expect(try await desk.access.credential(session: cookie)?.scope == .write)
        desk.clock.advance(.seconds(60))
        #expect(try await desk.access.credential(session: cookie) == nil)
        #expect(try await desk.access.signIn(token: made.text) == nil)
    }

    @Test("A session of the fixed token ends when the operator chooses another")
    func fixedTokenSession() async throws {
        let desk = try await AccessDesk(fixedToken: Secret("the-first-fixed-token"))
        let cookie = try #require(try await desk.access.signIn(token: "the-first-fixed-token"))
        #expect(try await desk.access.credential(session: cookie)?.origin == .fixedToken)
        #expect(try await desk.neighbour(Secret("the-first-fixed-token")).credential(session: cookie) != nil)
        for other in [Secret("the-second-fixed-token"), nil] {
            #expect(try await desk.neighbour(other).credential(session: cookie) == nil)
        }
        try await desk.access.signOut(cookie)
        #expect(try await desk.access.credential(session: cookie) == nil)
    }

    @Test("Signing out ends the session for every holder of the cookie")
    func signOut() async throws {
        let desk = try await AccessDesk()
        let cookie = try #require(try await desk.access.signIn(code: try await desk.code()))
        #expect(try await desk.access.credential(session: cookie) != nil)
        try await desk.access.signOut(cookie)
        #expect(try await desk.access.credential(session: cookie) == nil)
    }

    @Test("A session ends after thirty days, and its row goes with the next sign-in")
    func expiry() async throws {
        let desk = try await AccessDesk()
        let cookie = try #require(try await desk.access.signIn(code: try await desk.code()))
        desk.clock.advance(.seconds(30 * 86_400))
        #expect(try await desk.access.credential(session: cookie) == nil)
        _ = try await desk.access.signIn(code: try await desk.code())
        #expect(try await desk.count("ui_sessions") == 1)
    }

    @Test("A session outlives a restart; the cookie itself is not stored")
    func restart() async throws {
        let desk = try await AccessDesk()
        let cookie = try #require(try await desk.access.signIn(code: try await desk.code()))
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
        let one = try #require(try await desk.access.signIn(code: try await desk.code()))
        let two = try #require(try await desk.access.signIn(code: try await desk.code()))
        let token = desk.access.csrfToken(session: one)
        #expect(desk.access.isCSRFToken(token, session: one))
        #expect(!desk.access.isCSRFToken(token, session: two))
        #expect(!desk.access.isCSRFToken("", session: one))
        #expect(!desk.access.isCSRFToken(one, session: one))
    }
}
