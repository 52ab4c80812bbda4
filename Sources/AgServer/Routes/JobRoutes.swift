import AgBase
import AgHTTP
package import AgJobs
import AgLibrary
import AgModel

/// Looking at the queue and steering it.
package func addJobRoutes(to book: inout RouteBook, _ queue: JobQueue) {
    book.on(.listJobs) { request, _ in try await list(request, queue) }
    book.on(.jobStatus) { _, _ in
        .answer(200, ["kinds": .array(try await queue.status().map { JobAnswer.json($0) })])
    }
    book.on(.job) { _, parameters in .answer(200, JobAnswer.json(try await record(parameters["id"], queue))) }
    book.on(.retryJob) { _, parameters in
        let id: JobID = try parameters["id"]
        try await queue.retry(id)
        return .answer(200, JobAnswer.json(try await record(id, queue)))
    }
    book.on(.cancelJob) { _, parameters in
        let id: JobID = try parameters["id"]
        try await queue.cancel(id)
        return .answer(200, JobAnswer.json(try await record(id, queue)))
    }
    book.on(.pauseJobs) { request, _ in
        try await queue.pause(kind: try await kind(request, queue))
        return HTTPResponse(204)
    }
    book.on(.resumeJobs) { request, _ in
        try await queue.resume(kind: try await kind(request, queue))
        return HTTPResponse(204)
    }
}

private func record(_ id: JobID, _ queue: JobQueue) async throws -> JobRecord {
    guard let record = try await queue.job(id) else {
        throw Fault(.notFound, "no-such-job", "There is no job with this id. Finished jobs are kept for a while only.")
    }
    return record
}

private func list(_ request: HTTPRequest, _ queue: JobQueue) async throws -> HTTPResponse {
    let query = QueryReader(request)
    let filter = JobFilter(
        state: try query.word("state", of: JobState.allCases.map(\.rawValue)).flatMap(JobState.init(rawValue:)),
        kind: try query.text("kind").map { JobKind($0) }, imageID: try query.id("imageId", ImageID.self)?.text)
    let limit = try query.int("limit", in: 1...200, default: 50)
    let jobs = try await queue.jobs(filter, limit: limit + 1, after: try query.id("cursor", JobID.self))
    let page = jobs.prefix(limit)
    let next = jobs.count > limit ? page.last?.id.text : nil
    return .answer(200, ["jobs": .array(page.map { JobAnswer.json($0) }), "next": .optional(next)])
}

private struct KindOrder: Decodable {
    let kind: String?
}

/// The kind that a body names; `nil` for all of them.
private func kind(_ request: HTTPRequest, _ queue: JobQueue) async throws -> JobKind? {
    guard let name = try await request.decode(KindOrder.self, orEmpty: KindOrder(kind: nil)).kind else { return nil }
    guard 1...64 ~= name.utf8.count, name.utf8.allSatisfy({ 97...122 ~= $0 || 48...57 ~= $0 || $0 == 45 }) else {
        throw Fault(
            .unprocessable, "invalid-body", "'kind' must be the name of a kind of jobs, such as generate-variants.",
            details: [
                .init(subject: "kind", code: "invalid-value", detail: "It is lower-case letters, digits and dashes.")
            ])
    }
    return JobKind(name)
}
