import AgBase
import AgHTTP
import AgJobs
import AgLibrary
import AgModel
import AgSQL
import AgServer
import AgTesting
import Testing

@Suite("The routes of jobs and events", .everyEngine, .timeLimit(.minutes(1)))
struct JobRouteTests {
    private func enqueue(_ desk: ServerDesk, _ count: Int, kind: String = "generate-variants") async throws -> [JobID] {
        try await desk.database.write { tx in
            try (0..<count).map { _ in
                let spec = JobSpec(kind: JobKind(kind), subject: ImageID.make().text, isAboutImage: true)
                return try desk.queue.enqueue(spec, in: tx)
            }
        }
    }

    @Test("Jobs are listed newest first, page by page, each once")
    func pages() async throws {
        let desk = try await ServerDesk()
        let ids = try await enqueue(desk, 5)
        var seen: [String] = []
        var path = "/api/jobs?limit=2"
        while true {
            let page = try await desk.send(.get, path, as: .fixed).json
            seen += (page["jobs"]?.array ?? []).compactMap { $0["jobId"]?.string }
            guard let next = page["next"]?.string else { break }
            path = "/api/jobs?limit=2&cursor=\(next)"
        }
        #expect(seen == ids.reversed().map(\.text))
    }

    @Test("A list can be narrowed by state, kind and image")
    func filters() async throws {
        let desk = try await ServerDesk()
        let ids = try await enqueue(desk, 2) + enqueue(desk, 1, kind: "generate-metadata")
        try await desk.queue.cancel(ids[0])
        func count(_ query: String) async throws -> Int? {
            try await desk.send(.get, "/api/jobs?\(query)", as: .fixed).json["jobs"]?.array?.count
        }
        #expect(try await count("state=cancelled") == 1)
        #expect(try await count("kind=generate-metadata") == 1)
        let image = try #require(try await desk.queue.job(ids[1])?.imageID)
        #expect(try await count("imageId=\(image)") == 1)
        #expect(try await count("state=active") == 0)
    }

    @Test(
        "A query value that is not allowed is a 400 that names it",
        arguments: [
            ("state=nonsense", "state"), ("kind=generate-variant", "kind"), ("limit=0", "limit"),
            ("limit=201", "limit"), ("limit=+5", "limit"),
            ("imageId=x", "imageId"), ("cursor=x", "cursor"),
        ])
    func badQuery(_ query: String, _ subject: String) async throws {
        let answer = try await ServerDesk().send(.get, "/api/jobs?\(query)", as: .fixed)
        #expect(answer.status == 400)
        #expect(answer.code == "invalid-query")
        #expect(try answer.json["errors"]?.array?.first?["subject"]?.string == subject)
    }

    @Test("A job is cancelled once and queued again")
    func cancelAndRetry() async throws {
        let desk = try await ServerDesk()
        let id = try await enqueue(desk, 1)[0]
        let cancelled = try await desk.send(.post, "/api/jobs/\(id)/cancel", as: .fixed)
        #expect(try cancelled.json["state"]?.string == "cancelled")
        #expect(try await desk.send(.post, "/api/jobs/\(id)/cancel", as: .fixed).status == 409)
        let again = try await desk.send(.post, "/api/jobs/\(id)/retry", as: .fixed)
        #expect(try again.json["state"]?.string == "queued")
    }

    @Test("A job that nobody knows has one code, whatever is asked of it")
    func unknownJob() async throws {
        let desk = try await ServerDesk()
        for (method, rest) in [(HTTPMethod.get, ""), (.post, "/retry"), (.post, "/cancel")] {
            let answer = try await desk.send(method, "/api/jobs/\(JobID.make())\(rest)", as: .fixed)
            #expect(answer.status == 404)
            #expect(answer.code == "no-such-job", "\(rest)")
        }
    }

    @Test(
        "Pausing takes a kind, or everything, with or without a body",
        arguments: [nil, "{}", #"{"kind":"generate-variants"}"#])
    func pause(_ body: String?) async throws {
        let desk = try await ServerDesk()
        _ = try await enqueue(desk, 1)
        func isPaused() async throws -> Bool? {
            let kinds = try await desk.send(.get, "/api/jobs/status", as: .fixed).json["kinds"]?.array ?? []
            return kinds.first { $0["kind"]?.string == "generate-variants" }?["isPaused"]?.bool
        }
        #expect(try await desk.send(.post, "/api/jobs/pause", as: .fixed, json: body).status == 204)
        #expect(try await isPaused() == true)
        #expect(try await desk.send(.post, "/api/jobs/resume", as: .fixed, json: body).status == 204)
        #expect(try await isPaused() == false)
    }

    @Test(
        "A kind that nobody does is refused with a suggestion, and so is a member that would mean all",
        arguments: [
            (#"{"kind":""}"#, "unknown-kind"), (#"{"kind":"A b"}"#, "unknown-kind"), (#"{"kind":5}"#, "invalid-body"),
            (#"{"kind":"generate-variant"}"#, "unknown-kind"), (#"{"knd":"generate-variants"}"#, "invalid-body"),
        ])
    func badKind(_ body: String, _ code: String) async throws {
        let desk = try await ServerDesk()
        for action in ["pause", "resume"] {
            let answer = try await desk.send(.post, "/api/jobs/\(action)", as: .fixed, json: body)
            #expect(answer.status == 422)
            #expect(answer.code == code)
            if body.contains("generate-variant\"") {
                #expect(answer.text.contains("Did you mean 'generate-variants'?"))
            }
        }
        #expect(try await desk.send(.get, "/api/jobs/status", as: .fixed).json["kinds"]?.array == [])
    }

    @Test("One kind cannot be resumed while everything is paused")
    func resumeOne() async throws {
        let desk = try await ServerDesk()
        #expect(try await desk.send(.post, "/api/jobs/pause", as: .fixed).status == 204)
        let one = try await desk.send(
            .post, "/api/jobs/resume", as: .fixed, json: #"{"kind":"generate-variants"}"#)
        #expect(one.status == 409)
        #expect(one.code == "all-paused")
    }

    @Test("The event stream stays open, is never cached nor buffered, and refuses what is no query")
    func events() async throws {
        let desk = try await ServerDesk()
        let open = try await desk.send(.get, "/api/events?types=job-queued,job-failed", as: .reader)
        #expect(open.status == 200)
        #expect(open.headers["Content-Type"] == "text/event-stream")
        #expect(open.headers["X-Accel-Buffering"] == "no")
        for query in ["types=nonsense", "after=-1", "after=x", "imageId=x"] {
            #expect(try await desk.send(.get, "/api/events?\(query)", as: .reader).code == "invalid-query")
        }
        let odd = try await desk.send(.get, "/api/events", as: .reader, headers: ["Last-Event-ID": "x"])
        #expect(odd.code == "invalid-query")
    }

    @Test("A listener may ask for every type of the contract")
    func eventTypes() async throws {
        let types = [
            "job-queued", "job-active", "job-progress", "job-completed", "job-failed", "image-created", "image-updated",
            "image-deleted", "generation-updated", "item-updated", "rule-updated", "sync-updated", "backup-updated",
        ]
        let desk = try await ServerDesk()
        let answer = try await desk.send(.get, "/api/events?types=\(types.joined(separator: ","))", as: .reader)
        #expect(answer.status == 200, "\(answer.text)")
    }

    @Test("The metrics tell how many jobs are in which state")
    func metrics() async throws {
        let desk = try await ServerDesk()
        _ = try await enqueue(desk, 3)
        let text = try await JobMetrics.families(desk.queue, desk.events).map(\.text).joined()
        #expect(text.contains(#"argentum_jobs{kind="generate-variants",state="queued"} 3"#))
        #expect(text.contains("argentum_events_total 3"))
    }
}
