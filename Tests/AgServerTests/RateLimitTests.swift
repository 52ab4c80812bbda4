import AgBase
import AgHTTP
import AgLibrary
import AgTesting
import Testing

@testable import AgServer

@Suite("Rate limits", .everyEngine, .timeLimit(.minutes(1)))
struct RateLimitTests {
    private let start = Timestamp(milliseconds: 1_795_176_000_000)

    @Test("A bucket gives a minute's worth at once, then steadily, and says how long to wait")
    func bucket() {
        var bucket = TokenBucket(perMinute: 3, at: start)
        for _ in 0..<3 {
            let wait = bucket.take(start)
            #expect(wait == nil)
        }
        let answer1 = bucket.take(start)
        #expect(answer1 == .seconds(20))
        let answer2 = bucket.take(start + .seconds(15))
        #expect(answer2 == .seconds(5))
        let answer3 = bucket.take(start + .seconds(20))
        #expect(answer3 == nil)
        let answer4 = bucket.take(start + .seconds(20))
        #expect(answer4 == .seconds(20))
        let answer5 = bucket.isFull(start + .seconds(80))
        #expect(answer5)
    }

    @Test("A clock that is set back neither gives nor takes")
    func clock() {
        var bucket = TokenBucket(perMinute: 1, at: start)
        let answer6 = bucket.take(start)
        #expect(answer6 == nil)
        let answer7 = bucket.take(start - .seconds(3_600))
        #expect(answer7 == .seconds(60))
        let answer8 = bucket.take(start - .seconds(3_540))
        #expect(answer8 == nil)
    }

    @Test("Without settings nobody is held back")
    func off() async throws {
        let desk = try await ServerDesk()
        for _ in 0..<200 { #expect(try await desk.send(.get, "/").status == 200) }
    }

    @Test("A token asks so often and no more; another one, and scope admin, are not held back")
    func tokens() async throws {
        let desk = try await ServerDesk(rateLimits: RateLimits(perToken: 2))
        let reader = try await desk.access.createToken(name: "a", scope: .read).text
        let other = try await desk.access.createToken(name: "b", scope: .read).text
        func ask(_ token: String) async throws -> Answer {
            try await desk.send(.get, "/api/jobs", headers: ["Authorization": "Bearer \(token)"])
        }
        #expect(try await ask(reader).status == 200)
        #expect(try await ask(reader).status == 200)
        let refused = try await ask(reader)
        #expect(refused.status == 429)
        #expect(refused.code == "rate-limited")
        #expect(refused.headers["Retry-After"] == "30")
        #expect(try await ask(other).status == 200)
        desk.clock.advance(.seconds(30))
        #expect(try await ask(reader).status == 200)
        for _ in 0..<20 {
            #expect(try await ask(Who.fixedText).status == 200)
            #expect(try await desk.send(.get, "/api/jobs", as: .session).status == 200)
        }
    }

    @Test("A session counts for the token it was opened with")
    func sessions() async throws {
        let desk = try await ServerDesk(rateLimits: RateLimits(perToken: 2))
        let token = try await desk.access.createToken(name: "a", scope: .read).text
        let cookie = try #require(try await desk.access.signIn(token: token))
        let headers: [HTTPHeaders] = [
            ["Authorization": "Bearer \(token)"], ["Cookie": "argentum_session=\(cookie)"],
        ]
        for one in headers { #expect(try await desk.send(.get, "/api/jobs", headers: one).status == 200) }
        for one in headers { #expect(try await desk.send(.get, "/api/jobs", headers: one).status == 429) }
    }

    @Test("Strangers share what their address may, guesses of tokens and sign-ins included")
    func strangers() async throws {
        let desk = try await ServerDesk(rateLimits: RateLimits(perStranger: 4))
        #expect(try await desk.send(.get, "/").status == 200)
        #expect(try await desk.send(.get, "/api/jobs").status == 401)
        #expect(try await desk.send(.get, "/api/jobs", as: .garbage).status == 401)
        #expect(try await desk.send(.post, "/api/sign-in", json: #"{"code":"x"}"#).status == 401)
        for who in [Who.nobody, .garbage, .endedSession] {
            #expect(try await desk.send(.get, "/api/jobs", as: who).status == 429, "\(who)")
        }
        #expect(try await desk.send(.post, "/api/sign-in", json: #"{"code":"x"}"#).status == 429)
        #expect(try await desk.send(.get, "/livez").status == 200)
        #expect(try await desk.send(.get, "/readyz").status == 200)
        #expect(try await desk.send(.get, "/api/jobs", as: .reader).status == 200)
        #expect(try await desk.send(.get, "/", peer: "192.0.2.7").status == 200)
    }

    @Test("A flood of addresses neither frees one that is held back nor is let in without end")
    func flood() throws {
        let limiter = RateLimiter(RateLimits(perStranger: 1), time: HandClock())
        func isLetIn(_ peer: String) -> Bool { (try? limiter.admit(strangerAt: peer)) != nil }
        #expect(isLetIn("first"))
        let count = (0..<12_000).count { isLetIn("peer \($0)") }
        #expect(count == 10_000)
        #expect(!isLetIn("first"))
    }

    @Test("An IPv6 customer is one stranger, whichever of its addresses it takes")
    func networks() {
        #expect(PeerNetwork.of("2001:db8::1") == PeerNetwork.of("2001:db8:0:0:ffff::2"))
        #expect(PeerNetwork.of("2001:db8::1") != PeerNetwork.of("2001:db8:0:1::1"))
        #expect(PeerNetwork.of("192.0.2.1") == "192.0.2.1")
        #expect(PeerNetwork.of("") == "")
    }
}
