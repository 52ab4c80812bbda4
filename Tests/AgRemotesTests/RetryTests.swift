import AgBase
import AgTesting
import Testing

@testable import AgRemotes

@Suite("Retries", .timeLimit(.minutes(1)))
struct RetryTests {
    private let policy = RetryPolicy(
        attempts: 4, firstPause: .milliseconds(100), longestPause: .seconds(1), longestAsked: .seconds(30))

    private func decide(
        _ outcome: RetryPolicy.Outcome, attempt: Int = 1, idempotent: Bool = true, repeatable: Bool = true,
        chance: Double = 1
    ) -> RetryPolicy.Decision {
        policy.decision(
            after: outcome, attempt: attempt, isIdempotent: idempotent, isRepeatable: repeatable, chance: chance)
    }

    @Test(
        "An answer is asked for again when it may be another one, and when asking twice does no harm",
        arguments: [
            (200, false, false), (301, false, false), (400, false, false), (401, false, false), (404, false, false),
            (409, false, false), (501, false, false), (507, false, false), (408, true, false), (425, true, false),
            (500, true, false), (502, true, false), (504, true, false), (429, true, true), (503, true, true),
        ])
    func statuses(_ status: Int, _ ofIdempotent: Bool, _ ofOther: Bool) {
        let outcome = RetryPolicy.Outcome.answer(status: status, retryAfter: nil)
        #expect((decide(outcome) != .stop) == ofIdempotent)
        #expect((decide(outcome, idempotent: false) != .stop) == ofOther)
        #expect(decide(outcome, repeatable: false) == .stop)
        #expect(decide(outcome, attempt: 4) == .stop)
    }

    @Test("A failure is tried again when it may pass; a request that left only when it is idempotent")
    func failures() {
        for kind in RemoteError.Kind.allCases {
            let passes: [RemoteError.Kind] = [.unknownHost, .noConnection, .connectTimeout, .idleTimeout, .cut]
            let sent = RemoteError(kind, "")
            let unsent = RemoteError(kind, "", isUnsent: true)
            #expect((decide(.failure(sent)) != .stop) == passes.contains(kind), "\(kind)")
            #expect(decide(.failure(sent), idempotent: false) == .stop, "\(kind)")
            #expect((decide(.failure(unsent), idempotent: false) != .stop) == passes.contains(kind), "\(kind)")
        }
    }

    @Test("Pauses double up to the longest, and are spread over their second half")
    func pauses() {
        let outcome = RetryPolicy.Outcome.failure(RemoteError(.cut, ""))
        let whole: [Duration] = [.milliseconds(100), .milliseconds(200), .milliseconds(400)]
        for (index, pause) in whole.enumerated() {
            #expect(decide(outcome, attempt: index + 1, chance: 1) == .retry(after: pause))
            #expect(decide(outcome, attempt: index + 1, chance: 0) == .retry(after: pause / 2))
        }
        let patient = RetryPolicy(attempts: 99, firstPause: .milliseconds(100), longestPause: .seconds(1))
        let late = patient.decision(after: outcome, attempt: 90, isIdempotent: true, isRepeatable: true, chance: 1)
        #expect(late == .retry(after: .seconds(1)))
    }

    @Test("A server that says when is never asked earlier; one that asks for too long is not waited for")
    func asked() {
        for chance in [0, 0.5, 1] {
            guard
                case .retry(let pause) = decide(.answer(status: 503, retryAfter: .seconds(7)), chance: chance)
            else { return #expect(Bool(false)) }
            #expect(pause >= .seconds(7) && pause <= .seconds(8))
        }
        #expect(decide(.answer(status: 503, retryAfter: .seconds(31))) == .stop)
        #expect(decide(.answer(status: 503, retryAfter: .zero), chance: 0) == .retry(after: .milliseconds(50)))
    }

    @Test(
        "Retry-After is seconds or a date",
        arguments: [
            ("7", 7), ("0", 0), ("Sun, 06 Nov 1994 08:49:37 GMT", 10), ("Sun, 06 Nov 1994 08:49:20 GMT", 0), ("", nil),
            ("-1", nil), ("soon", nil), ("1.5", nil), ("99999999999999999999", 1 << 31),
        ] as [(String, Int?)])
    func header(_ value: String, _ seconds: Int?) throws {
        let now = try #require(Timestamp(rfc3339: "1994-11-06T08:49:27Z"))
        #expect(RetryAfter.duration(value, now: now) == seconds.map { .seconds($0) })
        #expect(RetryAfter.duration(nil, now: now) == nil)
    }

    @Test("429 with and without Retry-After is waited for and asked again")
    func tooMany() async throws {
        let count = Counter()
        let server = try LoopbackServer.http { _, peer in
            switch count.next() {
            case 0: peer.answer(429, "", "Retry-After: 2\r\n")
            case 1: peer.answer(429)
            default: peer.answer(200, "done")
            }
        }
        let pauses = Collected<Duration>()
        let client = try testClient(retries: policy, pauses: pauses)
        let answer = try await client.fetch(server.request("POST", body: .bytes([1])), atMost: 10)
        #expect(answer.status == 200 && answer.body == Array("done".utf8))
        #expect(pauses.all.count == 2 && pauses.all[0] >= .seconds(2) && pauses.all[1] < .seconds(1), "\(pauses.all)")
    }

    @Test("The last answer is handed on when the attempts are used up")
    func usedUp() async throws {
        let server = try LoopbackServer.http { _, peer in peer.answer(503, "busy") }
        let pauses = Collected<Duration>()
        let answer = try await testClient(retries: policy, pauses: pauses).fetch(server.request("GET"), atMost: 10)
        #expect(answer.status == 503 && pauses.all.count == 3)
    }

    @Test(
        "A connection that ends without an answer is tried again for GET, and for POST only if that is said to do no harm"
    )
    func cut() async throws {
        for (method, isIdempotent, expected) in [("GET", nil, 2), ("POST", nil, 1), ("POST", true, 2)]
            as [(String, Bool?, Int)]
        {
            let count = Counter()
            let server = try LoopbackServer.http { _, peer in count.next() > 0 && peer.answer(200) }
            var request = try server.request(method, body: method == "POST" ? .bytes([1, 2]) : .none)
            if let isIdempotent { request.isIdempotent = isIdempotent }
            let client = try testClient(retries: policy)
            let error = await failure { [request] in _ = try await client.send(request) }
            #expect((error == nil) == (expected == 2), "\(method): \(String(describing: error))")
            #expect(server.accepted.all.count == expected)
            if let error { #expect(error.kind == .cut && !error.isUnsent) }
        }
    }

    @Test("An answer that breaks off is fetched again")
    func brokenAnswer() async throws {
        let count = Counter()
        let server = try LoopbackServer.http { _, peer in
            if count.next() > 0 { return peer.answer(200, "whole") }
            peer.write("HTTP/1.1 200 X\r\nContent-Length: 100\r\n\r\nhalf")
            return false
        }
        let answer = try await testClient(retries: policy).fetch(server.request("GET"), atMost: 200)
        #expect(String(decoding: answer.body, as: UTF8.self) == "whole")
    }

    @Test("A server that always breaks off is asked no more often than the policy says")
    func alwaysBroken() async throws {
        for text in ["", "HTTP/1.1 200 X\r\nContent-Length: 100\r\n\r\nhalf"] {
            let server = try LoopbackServer.http { _, peer in
                peer.write(text)
                return false
            }
            let client = try testClient(retries: policy)
            let error = await failure { _ = try await client.fetch(server.request("GET"), atMost: 200) }
            #expect(error?.kind == .cut)
            #expect(server.accepted.all.count == 4)
        }
    }

    @Test("Refusals and answers that break off are counted together")
    func alternating() async throws {
        let seen = Collected<Int>()
        let server = try LoopbackServer.http { _, peer in
            seen.add(1)
            guard seen.all.count % 2 == 0 else { return peer.answer(503, "busy") }
            peer.write("HTTP/1.1 200 X\r\nContent-Length: 100\r\n\r\nhalf")
            return false
        }
        let client = try testClient(retries: policy)
        let error = await failure { _ = try await client.fetch(server.request("GET"), atMost: 200) }
        #expect(error?.kind == .cut)
        #expect(seen.all.count == 4)
    }

    @Test("A body is sent again from its start, unless it can be made once only")
    func bodies() async throws {
        for isRepeatable in [true, false] {
            let bodies = Collected<[UInt8]>()
            let server = try LoopbackServer.http { request, peer in
                bodies.add(request.body)
                return peer.answer(bodies.all.count == 1 ? 503 : 200)
            }
            let body = stream([[1], [2, 3]], length: 3, isRepeatable: isRepeatable)
            let answer = try await testClient(retries: policy).fetch(server.request("PUT", body: body), atMost: 10)
            #expect(answer.status == (isRepeatable ? 200 : 503))
            #expect(bodies.all == Array(repeating: [1, 2, 3], count: isRepeatable ? 2 : 1))
        }
    }

    @Test("A kept connection that the server has closed costs no attempt and no pause")
    func staleConnection() async throws {
        let server = try LoopbackServer { peer in
            // Answers once, and hangs up on the second request after reading it.
            if peer.readRequest() != nil { peer.answer(200, "ok") }
            _ = peer.readRequest()
        }
        let pauses = Collected<Duration>()
        let client = try testClient(pauses: pauses)
        for body in [RequestBody.none, .bytes([1]), stream([[1]], length: 1)] {
            let answer = try await client.fetch(server.request("PUT", body: body), atMost: 10)
            #expect(answer.status == 200)
        }
        #expect(pauses.all.isEmpty, "\(server.accepted.all.count) connections")
    }
}
