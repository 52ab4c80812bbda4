import AgBase
import AgModel
import AgTesting
import Testing

@testable import AgLibrary
@testable import AgSQL
@testable import AgServer

@Suite("Limits over several servers", .timeLimit(.minutes(1)))
struct SharedLimitTests {
    private let first = Notices()
    private let second = Notices()
    private let topic = NoticeTopic("counts", .afterCommit)

    init() {
        let second = second
        first.connect { notices in
            for text in NoticePayload.pack(notices, from: "a") {
                second.receive(NoticePayload.unpack(text, unlessFrom: "b"))
            }
        }
    }

    private func limiter(_ notices: Notices, _ limits: RateLimits) -> RateLimiter {
        RateLimiter(limits, time: HandClock(), tally: SharedTally(topic, notices))
    }

    private func eventually(_ isSo: () -> Bool) async throws {
        while !isSo() { try await Task.sleep(for: .milliseconds(200)) }
    }

    @Test("What one server admits, another one takes from the caller's minute, and from no one else's")
    func requests() async throws {
        let (a, b) = (
            limiter(first, RateLimits(perToken: 5, perStranger: 5)),
            limiter(second, RateLimits(perToken: 5, perStranger: 5))
        )
        let token = Credential(scope: .read, origin: .token(.make()))
        for _ in 0..<5 {
            try a.admit(token)
            try a.admit(strangerAt: "192.0.2.7")
        }
        // Fewer than a minute's requests, so that only what was counted there can refuse them.
        var tries = 0
        try await eventually {
            tries += 1
            return tries > 4 || (try? b.admit(strangerAt: "192.0.2.7")) == nil && (try? b.admit(token)) == nil
        }
        #expect(tries <= 4)
        for _ in 0..<5 { try b.admit(strangerAt: "192.0.2.8") }
    }

    @Test("Wrong guesses at one server count at another")
    func guesses() async throws {
        let a = GuessLimiter(time: HandClock(), tally: SharedTally(topic, first))
        let b = GuessLimiter(time: HandClock(), tally: SharedTally(topic, second))
        for _ in 0..<GuessLimiter.perAddress { a.failed("192.0.2.7") }
        try await eventually { (try? b.check("192.0.2.7")) == nil }
        try b.check("192.0.2.8")
    }

    @Test("Without other servers nothing is sent, and without limits nothing is counted")
    func alone() throws {
        let alone = Notices()
        try limiter(alone, RateLimits(perStranger: 5)).admit(strangerAt: "192.0.2.7")
        #expect(!alone.hasOthers)
        #expect(limiter(first, .none).sharesCounts == false)
    }

    @Test(
        "A count that makes no sense changes nothing",
        arguments: ["", "x", "-1 from:192.0.2.7", "5", "5 user:x", "5 token:x"])
    func nonsense(_ text: String) throws {
        let b = limiter(second, RateLimits(perToken: 1, perStranger: 1))
        second.receive([(topic.name, .text(text))])
        try b.admit(strangerAt: "192.0.2.7")
    }
}
