import AgBase
import AgHTTP
import AgLibrary
import AgTesting
import Testing

@testable import AgServer

@Suite("Who tries secrets", .everyEngine, .timeLimit(.minutes(1)))
struct GuessLimiterTests {
    private let wrong = #"{"token":"not-the-fixed-token"}"#
    private let right = "{\"token\":\"\(Who.fixedText)\"}"

    private func signIn(_ desk: ServerDesk, _ body: String, from peer: String = "203.0.113.9") async throws -> Answer {
        try await desk.send(.post, "/api/sign-in", json: body, peer: peer)
    }

    @Test("must wait after a minute's worth of failures, also with the right one, and not for ever")
    func perAddress() async throws {
        let desk = try await ServerDesk()
        for _ in 0..<GuessLimiter.perAddress { #expect(try await signIn(desk, wrong).status == 401) }
        let refused = try await signIn(desk, right)
        #expect(refused.code == "too-many-failures")
        #expect(refused.headers["Retry-After"] == "1")
        let bearer: HTTPHeaders = ["Authorization": "Bearer \(Who.fixedText)"]
        #expect(try await desk.send(.get, "/api/tokens", headers: bearer, peer: "203.0.113.9").status == 429)
        desk.clock.advance(.seconds(2))
        #expect(try await signIn(desk, right).status == 200)
    }

    @Test("does not keep the owner out: not from another address, not with a token or link that the server made")
    func owner() async throws {
        let desk = try await ServerDesk()
        let made = try await desk.access.createToken(name: "a", scope: .admin)
        let code = try await desk.access.signInCode(token: made.text)
        for _ in 0..<GuessLimiter.perAddress { _ = try await signIn(desk, wrong) }
        #expect(try await signIn(desk, right, from: "203.0.113.10").status == 200)
        #expect(try await signIn(desk, "{\"token\":\"\(made.text)\"}").status == 200)
        #expect(try await signIn(desk, "{\"code\":\"\(code)\"}").status == 200)
        let bearer: HTTPHeaders = ["Authorization": "Bearer \(made.text)"]
        #expect(try await desk.send(.get, "/api/tokens", headers: bearer, peer: "203.0.113.9").status == 200)
    }

    @Test(
        "is told to wait whatever kind of secret is wrong",
        arguments: [
            #"{"token":"not-the-fixed-token"}"#, #"{"code":"x"}"#,
            #"{"token":"agt_01998c00000070008000000000000000_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#,
        ])
    func kinds(_ body: String) async throws {
        let desk = try await ServerDesk()
        for _ in 0..<GuessLimiter.perAddress { #expect(try await signIn(desk, body).status == 401) }
        #expect(try await signIn(desk, body).status == 429)
    }

    @Test("are not held back where trying is hopeless: at a fixed token of 32 characters")
    func longToken() async throws {
        let desk = try await ServerDesk()
        let cases = [(31, true), (32, false), (64, false)]
        for (length, isGuess) in cases {
            let access = Access(
                database: desk.database, time: desk.clock, log: Log(to: SilentSink()),
                fixedToken: Secret(String(repeating: "k", count: length)))
            #expect(access.isGuess("anything") == isGuess, "\(length)")
        }
    }

    @Test("may come from many addresses: then each that failed waits, and one that has not failed has its try")
    func spread() {
        let clock = HandClock()
        let limiter = GuessLimiter(time: clock)
        for number in 0..<GuessLimiter.perServer { limiter.failed("10.0.\(number / 250).\(number % 250)") }
        #expect(throws: Fault.self) { try limiter.check("10.0.0.1") }
        #expect(throws: Never.self) { try limiter.check("10.9.9.9") }
        clock.advance(.seconds(60))
        #expect(throws: Never.self) { try limiter.check("10.0.0.1") }
    }

    @Test("is remembered in bounded memory, however many addresses there are")
    func flood() {
        let clock = HandClock()
        let limiter = GuessLimiter(time: clock)
        for number in 0..<30_000 { limiter.failed("10.\(number / 62_500).\(number / 250 % 250).\(number % 250)") }
        // Those beyond share one place, which is full.
        #expect(throws: Fault.self) { try limiter.check("192.0.2.1") }
        clock.advance(.seconds(61))
        limiter.failed("192.0.2.2")
        #expect(throws: Never.self) { try limiter.check("192.0.2.1") }
    }

    @Test("counts a whole network of IPv6 as one")
    func networks() {
        let limiter = GuessLimiter(time: HandClock())
        for number in 0..<GuessLimiter.perAddress { limiter.failed("2001:db8::\(String(number + 1, radix: 16))") }
        #expect(throws: Fault.self) { try limiter.check("2001:db8::ffff") }
        #expect(throws: Never.self) { try limiter.check("2001:db8:0:1::1") }
    }
}
