import AgBase
import AgTesting
import Testing

@Suite("While jobs are paused", .server(), .serverLog, .serialized, .timeLimit(.minutes(1)))
struct NotReadyTests {
    let server: Server

    init() throws { server = try Server.ofSuite }

    @Test("what is not made yet answers 202 and when to ask again, and comes when the pause is over")
    func notReady() async throws {
        #expect(try await server.client.post("/api/jobs/pause", [:]).status == 204)
        let image = try await server.add(.photo())
        let id = try server.id(image)
        #expect(image["status"]?.string == "pending")
        let names = ["thumbnail", "variants/small.webp", "variants/large.avif", "variants/medium"]
        for name in names {
            let answer = try await server.client.get("/api/images/\(id)/\(name)")
            #expect(answer.status == 202, "\(answer)")
            #expect(answer["content-type"] == "application/problem+json")
            #expect(answer["cache-control"] == "no-store")
            #expect((answer["retry-after"].flatMap { Int($0) } ?? 0) >= 1)
            #expect(try answer.json["code"]?.string == "not-ready")
            #expect(try answer.json["retryable"]?.bool == true)
        }
        #expect(try await server.client.get("/api/images/\(id)/original").status == 200)
        let progress = try await server.json("/api/images/\(id)/status")
        #expect(progress["status"]?.string == "pending")
        #expect(progress["error"] == .null)
        #expect(
            Set(progress["jobs"]?.array?.compactMap { $0["jobName"]?.string } ?? []) == [
                "generate-variants", "generate-metadata",
            ])
        #expect(progress["jobs"]?.array?.allSatisfy { $0["state"]?.string == "queued" } == true)
        let kinds = try await server.json("/api/jobs/status")["kinds"]?.array ?? []
        #expect(kinds.first { $0["kind"]?.string == "generate-variants" }?["isPaused"]?.bool == true)

        #expect(try await server.client.post("/api/jobs/resume", [:]).status == 204)
        try await server.finish(id)
        for name in names { #expect(try await server.client.get("/api/images/\(id)/\(name)").status == 200) }
    }

    @Test("a cancelled job leaves a failed image, which a retry completes")
    func cancelAndRetry() async throws {
        #expect(try await server.client.post("/api/jobs/pause", ["kind": "generate-variants"]).status == 204)
        let id = try server.id(await server.add(.photo()))
        let jobs = try await server.json("/api/jobs?imageId=\(id)&kind=generate-variants")["jobs"]?.array ?? []
        let job = try #require(jobs.first?["jobId"]?.string)
        let cancelled = try await server.client.post("/api/jobs/\(job)/cancel", [:])
        #expect(try cancelled.json["state"]?.string == "cancelled")
        let progress = try await server.json("/api/images/\(id)/status")
        #expect(progress["status"]?.string == "failed")
        #expect(progress["error"]?["code"]?.string != nil)
        try expectProblem(await server.client.get("/api/images/\(id)/variants/small.webp"), 404, "variant-failed")
        #expect(try await server.client.post("/api/jobs/\(job)/cancel", [:]).status == 409)

        let stream = try await EventStream.open(server.client, "types=job-completed&imageId=\(id)")
        #expect(try await server.client.post("/api/jobs/\(job)/retry", [:]).status == 200)
        #expect(try await server.json("/api/images/\(id)/status")["status"]?.string == "pending")
        #expect(try await server.client.post("/api/jobs/resume", ["kind": "generate-variants"]).status == 204)
        _ = try await stream.first { $0.json["jobId"]?.string == job }
        #expect(try await server.json("/api/images/\(id)")["status"]?.string == "completed")
    }
}
