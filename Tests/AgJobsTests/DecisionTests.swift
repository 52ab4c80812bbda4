import AgModel
import AgSQL
import Testing

@testable import AgJobs

@Suite("Decisions")
struct DecisionTests {
    @Test(
        "the wait doubles, is spread by a fifth, and stops growing",
        arguments: [
            (1, 0.5, 2.0), (2, 0.5, 4.0), (3, 0.5, 8.0), (1, 0.0, 1.6), (1, 1.0, 2.4), (9, 0.5, 512), (10, 0.5, 600),
            (1_000, 0.5, 600), (0, 0.5, 2.0),
        ])
    func backOff(failures: Int, chance: Double, seconds: Double) {
        let wait = BackOff(base: .seconds(2), limit: .seconds(600)).wait(after: failures, chance: chance)
        #expect(abs(wait / .seconds(1) - seconds) < 0.000_001)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let failure: ErrorClass
        let history: Judge.History
        /// Seconds until the next attempt; `nil` when there is none.
        let wait: Double?
    }

    static let cases = [
        Case(testDescription: "network, first", failure: .network, history: .init(attempt: 1, maxAttempts: 3), wait: 2),
        Case(
            testDescription: "network, second", failure: .network, history: .init(attempt: 2, maxAttempts: 3), wait: 4),
        Case(
            testDescription: "network, last", failure: .network, history: .init(attempt: 3, maxAttempts: 3), wait: nil),
        Case(testDescription: "rate limit", failure: .rateLimit, history: .init(attempt: 1, maxAttempts: 3), wait: 2),
        Case(testDescription: "our mistake", failure: .internal, history: .init(attempt: 1, maxAttempts: 3), wait: 2),
        Case(testDescription: "invalid", failure: .invalid, history: .init(attempt: 1, maxAttempts: 3), wait: nil),
        Case(testDescription: "auth", failure: .auth, history: .init(attempt: 1, maxAttempts: 3), wait: nil),
        Case(testDescription: "quota", failure: .quota, history: .init(attempt: 1, maxAttempts: 3), wait: nil),
        Case(testDescription: "safety", failure: .safety, history: .init(attempt: 1, maxAttempts: 3), wait: nil),
        Case(testDescription: "first crash", failure: .crash, history: .init(attempt: 1, maxAttempts: 9), wait: 2),
        Case(
            testDescription: "second crash is poison", failure: .crash,
            history: .init(attempt: 2, maxAttempts: 9, crashes: 1), wait: nil),
        Case(
            testDescription: "crash then timeout is poison", failure: .timeout,
            history: .init(attempt: 5, maxAttempts: 9, crashes: 1), wait: nil),
        Case(
            testDescription: "network after a crash", failure: .network,
            history: .init(attempt: 2, maxAttempts: 9, crashes: 1), wait: 4),
    ]

    @Test("a failed attempt is tried again or not", arguments: cases)
    func failures(_ example: Case) {
        let judge = Judge(JobSettings(), base: .seconds(2))
        let failure = JobFailure(example.failure, "code", "Sentence.")
        switch judge.verdict(on: failure, example.history, chance: 0.5) {
        case .again(let wait, let counts, _):
            #expect(counts)
            #expect(example.wait.map { abs(wait / .seconds(1) - $0) < 0.001 } == true)
        case .failed(let final):
            #expect(example.wait == nil)
            #expect(final.class == example.failure)
            #expect(final.code == "code")
        }
    }

    @Test("trouble of the machine costs no attempt and is waited out, however long", arguments: [1, 3, 1_000])
    func machine(attempt: Int) {
        let judge = Judge(JobSettings(), base: .seconds(2))
        let failure = JobFailure(SQLError(.full, "The disk is full."))
        let verdict = judge.verdict(on: failure, .init(attempt: attempt, maxAttempts: 3), chance: 0.5)
        guard case .again(let wait, let counts, _) = verdict else { return #expect(Bool(false), "\(verdict)") }
        #expect(wait == .seconds(32))
        #expect(!counts)
    }

    @Test("trouble of the machine that is soon over is waited for no longer than that")
    func shortTrouble() {
        var failure = JobFailure(.internal, "codec-unavailable", "No codec process could be made.")
        failure.blamesTheMachine = true
        failure.troubleLasts = .seconds(3)
        let verdict = Judge(JobSettings(), base: .seconds(2)).verdict(
            on: failure, .init(attempt: 3, maxAttempts: 3), chance: 0.5)
        guard case .again(.seconds(3), false, _) = verdict else { return #expect(Bool(false), "\(verdict)") }
    }

    @Test("trouble that may be the job's own is free twice, then costs attempts, and ends", arguments: 0..<5)
    func ownTrouble(before: Int) {
        var failure = JobFailure(.internal, "codec-stalled", "No processor time.")
        failure.blamesTheMachine = true
        failure.freeTimes = 2
        let attempt = max(1, before - 1)
        let verdict = Judge(JobSettings(), base: .seconds(2)).verdict(
            on: failure, .init(attempt: attempt, maxAttempts: 3, crashes: before), chance: 0.5)
        switch verdict {
        case .again(_, let counts, _): #expect(before < 4 && counts == (before >= 2))
        case .failed(let final): #expect(before == 4 && final.code == "codec-stalled")
        }
        #expect(Judge.isCounted(failure) && !Judge.isCrash(failure))
    }

    @Test("the failure of a verdict is the one it was made of")
    func failureOfVerdict() {
        let failure = JobFailure(.crash, "code", "Sentence.")
        #expect(Verdict.failed(failure).failure?.code == "code")
        #expect(Verdict.again(after: .zero, counts: true, failure: failure).failure?.code == "code")
        #expect(Verdict.again(after: .zero, counts: false, failure: nil).failure == nil)
    }

    @Test("a provider's own wait is kept to, when it is longer")
    func retryAfter() {
        let judge = Judge(JobSettings(), base: .seconds(2))
        let failure = JobFailure(.rateLimit, "slow-down", "Slow down.", retryAfter: .seconds(90))
        let verdict = judge.verdict(on: failure, .init(attempt: 1, maxAttempts: 3), chance: 0.5)
        guard case .again(let wait, _, _) = verdict else { return #expect(Bool(false), "\(verdict)") }
        #expect(wait == .seconds(90))
    }

    @Test(
        "a dead worker costs no attempt before the twenty-first time",
        arguments: [
            (0, 3, true, false), (1, 3, true, false), (2, 3, true, false), (19, 3, true, false), (20, 3, false, true),
            (20, 1, false, false), (90, 2, false, false),
        ])
    func losses(before: Int, attempt: Int, isFree: Bool, isLast: Bool) {
        let judge = Judge(JobSettings(), base: .seconds(2))
        let history = Judge.History(attempt: attempt, maxAttempts: 3, losses: before)
        switch judge.verdictOnLoss(history, chance: 0.5) {
        case .again(let wait, let counts, _):
            #expect(!isLast)
            #expect(counts == !isFree)
            #expect((wait == .zero) == (before == 0))
            #expect(wait <= .milliseconds(2_400))
        case .failed(let failure):
            #expect(isLast)
            #expect(failure.code == "worker-lost")
        }
    }

    @Test("a job runs again within 15 s of a worker's death, also when it has seen others die")
    func timesOfADeath() {
        let settings = JobSettings()
        let wait = BackOff(base: .seconds(2), limit: settings.lossBackOffLimit).wait(after: 19, chance: 1)
        #expect(settings.lease + settings.watch + settings.poll + wait < .seconds(15))
    }

    @Test("a worker is dead when its beat has stood still for a lease, as the observer has seen it")
    func leases() {
        var watch = LeaseWatch(lease: .seconds(10), every: .seconds(5))
        #expect(watch.observe(["a": 1, "b": 1], at: .seconds(100)) == [])
        #expect(watch.observe(["a": 2, "b": 1], at: .seconds(109)) == [])
        #expect(watch.observe(["a": 2, "b": 1], at: .seconds(110)) == ["b"])
        #expect(watch.observe(["a": 2], at: .seconds(118)) == [])
        #expect(watch.observe(["a": 2], at: .seconds(119)) == ["a"])
        // One that comes back is new to the observer, also with an old number.
        #expect(watch.observe(["b": 1], at: .seconds(120)) == [])
        #expect(watch.observe(["b": 0], at: .seconds(129)) == [])
        #expect(watch.observe(["b": 0], at: .seconds(139)) == ["b"])
    }

    @Test(
        "time in which nobody could look makes no worker dead, and its end begins no new lease",
        arguments: [12.0, 3_600])
    func outage(_ away: Double) {
        var watch = LeaseWatch(lease: .seconds(10), every: .seconds(1.5))
        var now = Duration.seconds(100)
        for _ in 0..<3 {
            #expect(watch.observe(["living": 1, "dead": 1], at: now) == [])
            now += .seconds(1.5)
        }
        now += .seconds(away)
        // Stood still: 3 s before, 3 s for the outage, and then as it goes on.
        var beat: Int64 = 1
        for isDead in [false, false, false, true] {
            #expect(watch.observe(["living": beat, "dead": 1], at: now) == (isDead ? ["dead"] : []))
            beat += 1
            now += .seconds(1.5)
        }
    }
}
