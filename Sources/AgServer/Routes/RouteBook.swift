import AgBase
package import AgHTTP
import AgLibrary

/// Routes together with their descriptions: what is served and what the document says cannot drift apart.
package struct RouteBook: Sendable {
    package private(set) var router: Router
    /// What the document describes.
    package private(set) var operations: [Operation] = []

    package init(router: Router) {
        self.router = router
    }

    /// Adds a route that clients are told of.
    package mutating func on(_ operation: Operation, _ handler: @escaping Route.Handler) {
        operations.append(operation)
        route(
            operation.method, operation.path, operation.access, operation.maxBodyBytes, operation.crossOrigin, handler)
    }

    /// Adds a part of the page: open to anybody, not a part of the interface for programs.
    package mutating func page(_ path: String, _ handler: @escaping Route.Handler) {
        route(.get, path, .open, 0, .never, handler)
    }

    /// Adds a route of another program's protocol that its clients call by themselves, open to anybody, such as a preflight.
    mutating func unlisted(
        _ method: HTTPMethod, _ path: String, _ crossOrigin: CrossOrigin, _ handler: @escaping Route.Handler
    ) {
        route(method, path, .open, 0, crossOrigin, handler)
    }

    private mutating func route(
        _ method: HTTPMethod, _ path: String, _ access: RouteAccess, _ maxBodyBytes: Int64,
        _ crossOrigin: CrossOrigin, _ handler: @escaping Route.Handler
    ) {
        let tag = RouteTag(pattern: path, access: access, crossOrigin: crossOrigin)
        router.on(method, path, options: RouteOptions(maxBodyBytes: maxBodyBytes, tag: tag)) { request, parameters in
            // Whatever the handler writes is refused once the caller's power has ended.
            try await Authority.$current.withValue(request.attached(Authority.self)) {
                try await handler(request, parameters)
            }
        }
    }

    mutating func setAdmission(_ admission: @escaping Router.Admission) {
        router.admission = admission
    }
}

/// What the admission and the metrics know of the route that was found.
struct RouteTag: Sendable {
    let pattern: String
    let access: RouteAccess
    let crossOrigin: CrossOrigin

    /// What load balancers ask, all day long.
    var isForMonitoring: Bool { pattern == "/livez" || pattern == "/readyz" }
}
