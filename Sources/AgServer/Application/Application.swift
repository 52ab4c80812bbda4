import AgBase
package import AgHTTP
import AgLibrary

/// The server without its sockets: a request goes in, an answer comes out.
package struct Application: Sendable {
    package let router: Router
    /// What `/openapi.json` describes.
    package let operations: [Operation]
    private let parts: ApplicationParts
    private let hotAnswers: HotAnswers
    private let cors: CORSDesk
    private let downloads: DownloadSeats

    /// - Parameter addRoutes: the product's routes; those of the frame are there already.
    package init(_ parts: ApplicationParts, addRoutes: (inout RouteBook) -> Void = { _ in }) {
        var book = RouteBook(router: Router(log: parts.log))
        addOperationsRoutes(to: &book, parts)
        let guesses = GuessLimiter(time: parts.time, tally: parts.access.guessTally)
        addSignInRoutes(to: &book, parts, guesses)
        addTokenRoutes(to: &book, parts)
        addPageRoutes(to: &book)
        addRoutes(&book)
        addOpenAPIRoute(to: &book, publicURL: parts.publicURL)
        let limiter = RateLimiter(parts.rateLimits, time: parts.time, tally: parts.access.requestTally)
        book.setAdmission(Self.admission(parts, limiter, guesses))
        cors = CORSDesk(parts.cors, publicURL: parts.publicURL)
        downloads = DownloadSeats(parts.downloadSeats)
        hotAnswers = HotAnswers(
            access: parts.access, limiter: limiter, cors: cors, downloads: downloads, metrics: parts.metrics,
            time: parts.time)
        self.parts = parts
        router = book.router
        operations = book.operations
    }

    private static func admission(
        _ parts: ApplicationParts, _ limiter: RateLimiter, _ guesses: GuessLimiter
    ) -> Router.Admission {
        let admission = Admission(
            access: parts.access, publicURL: parts.publicURL, limiter: limiter, guesses: guesses, time: parts.time)
        return { request, route in
            guard let tag = route.options.tag as? RouteTag else {
                preconditionFailure("\(route.pattern) was added past the route book")
            }
            request.attach(tag)
            try await admission.admit(request, tag)
        }
    }

    /// The answer to a request.
    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        if let hot = hotAnswers.answer(to: request.head) { return hot.response }
        return await respondAnew(to: request)
    }

    /// Answers that were given a moment ago and still hold; does not wait. Holds nothing else of the application, whose copies
    /// would be counted for each request.
    package var readyAnswer: HTTPServer.ReadyAnswer {
        { [hotAnswers] request in hotAnswers.answer(to: request) }
    }

    /// What the handlers answer, whatever was answered before.
    package func respondAnew(to request: HTTPRequest) async -> HTTPResponse {
        let start = ContinuousClock.now
        let ticket = hotAnswers.ticket
        var response = seated(await router.respond(to: request), request)
        complete(&response, request.head, crossOrigin(request))
        hotAnswers.keep(response, to: request, ticket)
        note(request.method, request.attached(RouteTag.self), response, since: start)
        return response
    }

    private func seated(_ response: HTTPResponse, _ request: HTTPRequest) -> HTTPResponse {
        downloads.seated(response, to: request.method, request.caller)
            ?? .problem(DownloadSeats.refusal, for: request)
    }

    /// Completes an answer that the server gives by itself, before a request reaches us or in our place.
    package func finish(_ response: inout HTTPResponse, _ head: HTTPRequestHead?) {
        let segments = head.map { (try? RequestTarget($0.target))?.segments ?? Self.pieces(of: $0.target) }
        complete(&response, head, segments.map { crossOrigin(at: $0, head) } ?? .listed)
    }

    /// As far as a target that cannot be read says where it leads: a page may read the refusal as it may read the answers there.
    private static func pieces(of target: String) -> [String] {
        target.utf8.prefix { $0 != UInt8(ascii: "?") }.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }
    }

    private func complete(_ response: inout HTTPResponse, _ head: HTTPRequestHead?, _ rule: CrossOrigin) {
        SecurityHeaders.add(to: &response)
        cors.add(to: &response, head, rule)
    }

    /// What holds for the route that was found; for a preflight and a wrong method, for the path.
    private func crossOrigin(_ request: HTTPRequest) -> CrossOrigin {
        request.attached(RouteTag.self)?.crossOrigin ?? crossOrigin(at: request.segments, request.head)
    }

    private func crossOrigin(at segments: [String], _ head: HTTPRequestHead?) -> CrossOrigin {
        let routes = router.routes(at: segments)
        let wanted = head?.headers["access-control-request-method"]
        let route = routes.first { $0.method.rawValue == wanted } ?? routes.first
        return (route?.options.tag as? RouteTag)?.crossOrigin ?? .listed
    }

    /// The server itself writes the line in the log.
    private func note(
        _ method: HTTPMethod, _ route: RouteTag?, _ response: HTTPResponse, since start: ContinuousClock.Instant
    ) {
        parts.metrics.route(route?.pattern ?? "none")
            .count(method, status: response.status, took: ContinuousClock.now - start)
    }
}
