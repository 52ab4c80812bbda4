import AgBase
import AgHTTP
import AgJobs
import AgLibrary
import AgSQL
import AgServer
import AgTesting

/// The server's frame on a database of a test's own, asked through the router and everything around it.
struct ServerDesk: Sendable {
    let folder = TemporaryFolder()
    let clock = HandClock()
    let database: AuthorizedDatabase
    let access: Access
    let queue: JobQueue
    let events: EventLog
    let application: Application

    init(
        publicURL: String? = nil, checks: [ReadinessCheck] = [],
        metricSources: [@Sendable () async throws -> [MetricFamily]] = [], rateLimits: RateLimits = .none,
        cors: CORSPolicy = .none,
        addRoutes: (inout RouteBook) -> Void = { _ in }
    ) async throws {
        database = AuthorizedDatabase(
            try await Engine.current.open(in: folder, Access.migrations + JobsSchema.migrations))
        let log = Log(to: SilentSink())
        access = Access(database: database, time: clock, log: log, fixedToken: Secret(Who.fixedText))
        let events = EventLog(database: database, time: clock, log: log)
        let queue = JobQueue(database: database, events: events, time: clock, log: log)
        self.events = events
        self.queue = queue
        let readiness = Readiness(checks, time: clock, log: log)
        application = Application(
            ApplicationParts(
                access: access, readiness: readiness, metricSources: metricSources, log: log, time: clock,
                publicURL: publicURL, rateLimits: rateLimits, cors: cors),
            addRoutes: { book in
                addJobRoutes(to: &book, queue, kinds: [JobKind("generate-variants"), JobKind("generate-metadata")])
                addEventRoutes(to: &book, events)
                addRoutes(&book)
            })
    }

    /// Another server on the same rows, with caches of its own.
    func neighbour() -> Access {
        Access(database: database, time: clock, log: Log(to: SilentSink()), fixedToken: Secret(Who.fixedText))
    }

    func send(
        _ method: HTTPMethod, _ target: String, as who: Who = .nobody, json: String? = nil,
        headers: HTTPHeaders = [:], peer: String = "127.0.0.1"
    ) async throws -> Answer {
        var headers = headers
        for (name, value) in try await who.headers(access) where !headers.contains(name) { headers.add(name, value) }
        if json != nil, !headers.contains("Content-Type") { headers.add("Content-Type", "application/json") }
        let body = json.map { RequestBody(bytes: Array($0.utf8)) } ?? .empty
        let request = try HTTPRequest(method: method, target: target, headers: headers, body: body, peer: peer)
        return try Answer(await application.respond(to: request))
    }
}

/// What came back.
struct Answer: Sendable {
    let status: Int
    let headers: HTTPHeaders
    let text: String

    init(_ response: HTTPResponse) throws {
        status = response.status
        headers = response.headers
        text =
            switch response.body {
            case .empty: ""
            case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
            case .prepared(let bytes): bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
            case .content, .stream: "(not read)"
            }
    }

    var json: JSONValue {
        get throws { try JSONValue(json: text) }
    }

    /// The problem's code, or `nil` when this is no problem.
    var code: String? {
        guard headers["content-type"] == "application/problem+json" else { return nil }
        return try? json["code"]?.string
    }
}
