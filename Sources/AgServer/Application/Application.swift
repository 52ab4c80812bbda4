import AgBase
package import AgHTTP
import AgLibrary

/// The server without its sockets: a request goes in, an answer comes out.
package struct Application: Sendable {
    package let router: Router
    /// What `/openapi.json` describes.
    package let operations: [Operation]
    private let parts: ApplicationParts

    /// - Parameter addRoutes: the product's routes; those of the frame are there already.
    package init(_ parts: ApplicationParts, addRoutes: (inout RouteBook) -> Void = { _ in }) {
        var book = RouteBook(router: Router(log: parts.log))
        addOperationsRoutes(to: &book, parts)
        addSignInRoutes(to: &book, parts)
        addTokenRoutes(to: &book, parts)
        addPageRoutes(to: &book)
        addRoutes(&book)
        addOpenAPIRoute(to: &book, publicURL: parts.publicURL)
        book.setAdmission(Self.admission(parts))
        self.parts = parts
        router = book.router
        operations = book.operations
    }

    private static func admission(_ parts: ApplicationParts) -> Router.Admission {
        let admission = Admission(
            access: parts.access, publicURL: parts.publicURL, limiter: RateLimiter(parts.rateLimits, time: parts.time),
            time: parts.time)
        return { request, route in
            guard let tag = route.options.tag as? RouteTag else {
                preconditionFailure("\(route.pattern) was added past the route book")
            }
            request.attach(tag)
            try await admission.admit(request, tag)
        }
    }

    /// The handler that `HTTPServer` is given.
    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        let start = ContinuousClock.now
        var response = await router.respond(to: request)
        SecurityHeaders.add(to: &response)
        note(request, response, took: ContinuousClock.now - start)
        return response
    }

    /// The server itself writes the line in the log.
    private func note(_ request: HTTPRequest, _ response: HTTPResponse, took: Duration) {
        let route = request.attached(RouteTag.self)?.pattern ?? "none"
        parts.metrics.count(method: request.method, route: route, status: response.status, took: took)
    }
}
