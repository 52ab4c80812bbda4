import AgBase
import AgContract
import AgHTTP
package import AgJobs
import AgLibrary
import AgModel

/// Looking at the queue and steering it.
package enum JobRoutes: ServerPart {
    package static func addRoutes(to book: inout RouteBook, _ site: ServerSite) {
        addJobRoutes(to: &book, site.library.ground.queue, kinds: Library.jobKinds, gates: site.gates)
    }
}

/// The routes of a queue.
///
/// - Parameter kinds: what can be paused and resumed.
package func addJobRoutes(
    to book: inout RouteBook, _ queue: JobQueue, kinds: [JobKind], gates: ReadGates = ReadGates()
) {
    book.on(.listJobs) { request, _ in
        try await gates.read(request.caller) { try await list(request, queue, kinds) }
    }
    book.on(.jobStatus) { _, _ in
        try .answer(200, API.JobStatus(kinds: await queue.status().map { JobAnswer.value($0) }))
    }
    book.on(.job) { _, parameters in try .answer(200, JobAnswer.value(await record(parameters["id"], queue))) }
    book.on(.retryJob) { _, parameters in
        let id: JobID = try parameters["id"]
        try await queue.retry(id)
        return try .answer(200, JobAnswer.value(await record(id, queue)))
    }
    book.on(.cancelJob) { _, parameters in
        let id: JobID = try parameters["id"]
        try await queue.cancel(id)
        return try .answer(200, JobAnswer.value(await record(id, queue)))
    }
    book.on(.pauseJobs) { request, _ in
        try await queue.pause(kind: try await kind(request, kinds))
        return HTTPResponse(204)
    }
    book.on(.resumeJobs) { request, _ in
        try await queue.resume(kind: try await kind(request, kinds))
        return HTTPResponse(204)
    }
}

private func record(_ id: JobID, _ queue: JobQueue) async throws -> JobRecord {
    guard let record = try await queue.job(id) else { throw JobRefusal.unknown }
    return record
}

private func list(_ request: HTTPRequest, _ queue: JobQueue, _ kinds: [JobKind]) async throws -> HTTPResponse {
    let query = QueryReader(request)
    let filter = JobFilter(
        state: try query.word("state", of: JobState.allCases.map(\.rawValue)).flatMap(JobState.init(rawValue:)),
        kind: try query.word("kind", of: kinds.map(\.rawValue)).map { JobKind($0) },
        imageID: try query.id("imageId", ImageID.self)?.text)
    let limit = try query.int("limit", in: 1...200, default: 50)
    let jobs = try await queue.jobs(filter, limit: limit + 1, after: try query.id("cursor", JobID.self))
    let page = jobs.prefix(limit)
    let next = jobs.count > limit ? page.last?.id.text : nil
    return try .answer(200, API.JobPage(jobs: page.map { JobAnswer.value($0) }, next: next))
}

/// The kind that a body names; `nil` for all of them. A misspelt member would mean all, so it is refused.
private func kind(_ request: HTTPRequest, _ known: [JobKind]) async throws -> JobKind? {
    let order = try await request.decode(API.JobKindRequest.self, orEmpty: .init())
    guard let name = order.kind?.rawValue else { return nil }
    guard known.contains(JobKind(name)) else { throw JobRefusal.unknownKind(name, known: known) }
    return JobKind(name)
}
