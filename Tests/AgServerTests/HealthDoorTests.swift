import AgBase
import AgHTTP
import AgTesting
import Testing

@testable import AgServer

@Suite("The port for monitoring", .timeLimit(.minutes(1)))
struct HealthDoorTests {
    private func ask(
        _ target: String, _ method: HTTPMethod = .get, check: @escaping @Sendable () async throws -> Void = {}
    ) async throws -> Answer {
        let log = Log(to: SilentSink())
        let door = HealthDoor(
            readiness: Readiness([ReadinessCheck("database", check)], time: HandClock(), log: log),
            sources: [{ [MetricFamily.gauge("argentum_things", "Things.", 7)] }], log: log)
        let request = try HTTPRequest(method: method, target: target, headers: [:], body: .empty, peer: "127.0.0.1")
        return try Answer(await door.respond(to: request))
    }

    @Test("answers what monitoring asks, without a token")
    func answers() async throws {
        #expect(try await ask("/livez").text == #"{"status":"alive"}"#)
        #expect(try await ask("/readyz").status == 200)
        let metrics = try await ask("/metrics")
        #expect(metrics.status == 200 && metrics.text.contains("argentum_things 7"))
        #expect(metrics.text.contains("process_") && metrics.headers["content-type"]?.hasPrefix("text/plain") == true)
    }

    @Test("says 503 when a check fails")
    func notReady() async throws {
        struct Broken: Error {}
        let answer = try await ask("/readyz") { throw Broken() }
        #expect(answer.status == 503 && answer.code == "not-ready")
        #expect(answer.headers["Retry-After"] == "5")
    }

    @Test(
        "has nothing else", arguments: ["/", "/api/images", "/api/events", "/openapi.json", "/sign-in", "/metrics/x"])
    func nothingElse(_ target: String) async throws {
        #expect(try await ask(target).status == 404)
        #expect(try await ask(target, .post).status == 404)
    }

    @Test("takes no other method", arguments: ["/livez", "/readyz", "/metrics"])
    func methods(_ target: String) async throws {
        #expect(try await ask(target, .post).status == 405)
        #expect(try await ask(target, .head).status == 200)
    }
}
