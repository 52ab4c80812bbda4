package import AgBase

/// Finds the handler of a request and turns what it throws into an answer.
package struct Router: Sendable {
    /// Runs before every handler, with the route it is for; what it throws is the answer. The place for authorization.
    package typealias Admission = @Sendable (HTTPRequest, Route) async throws -> Void

    private var tree = RouteTree()
    private var list: [Route] = []
    private let log: Log
    package var admission: Admission?

    package init(log: Log) {
        self.log = log
    }

    /// Adds a route; a second one for the same method and pattern stops the program.
    package mutating func on(
        _ method: HTTPMethod, _ pattern: String, options: RouteOptions = RouteOptions(),
        _ handler: @escaping Route.Handler
    ) {
        let route = Route(method: method, pattern: RoutePattern(pattern), options: options, handler: handler)
        tree.insert(route)
        list.append(route)
    }

    /// Every method and pattern, in the order they were added.
    package var routes: [(method: HTTPMethod, pattern: String)] { list.map { ($0.method, $0.pattern.text) } }

    /// The routes of a path, which differ by method.
    package func routes(at segments: [String]) -> [Route] { tree.match(segments[...])?.routes ?? [] }

    /// What the path and method lead to. HEAD is served by GET's route unless it has its own.
    package func match(_ method: HTTPMethod, _ segments: [String]) -> RouteMatch {
        guard let found = tree.match(segments[...]) else { return .notFound }
        let route =
            found.routes.first { $0.method == method }
            ?? (method == .head ? found.routes.first { $0.method == .get } : nil)
        guard let route else { return .methodNotAllowed(allowed: Self.allowed(found.routes)) }
        return .found(route, Self.parameters(route, found.values))
    }

    /// The answer to a request, also when there is no route and when the handler throws.
    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        switch match(request.method, request.segments) {
        case .found(let route, let parameters): await run(route, parameters, request)
        case .methodNotAllowed(let allowed): Self.refuse(request, allowed)
        case .notFound:
            .problem(Fault(.notFound, "not-found", "There is nothing at \(request.path.excerpt(200))."), for: request)
        }
    }

    private func run(_ route: Route, _ parameters: PathParameters, _ request: HTTPRequest) async -> HTTPResponse {
        do {
            try await admission?(request, route)
            try ContentCoding.requireNone(request)
            try request.body.limit(to: route.options.maxBodyBytes)
            return try await route.handler(request, parameters)
        } catch {
            return answer(error, request)
        }
    }

    private func answer(_ error: any Error, _ request: HTTPRequest) -> HTTPResponse {
        let fault = error as? Fault ?? ErrorTranslation.fault(for: error)
        if fault.kind == .internal {
            log.error(
                "request failed",
                ["request_id": request.id, "method": request.method, "path": request.path, "error": "\(error)"])
        } else if let cause = fault.cause {
            log.warning("request refused", ["request_id": request.id, "code": fault.code, "cause": "\(cause)"])
        }
        // RFC 9110, section 15.5.16: tells a body that is encoded from one of the wrong type.
        let headers: HTTPHeaders = fault.code == ContentCoding.refusal ? ["Accept-Encoding": "identity"] : [:]
        return .problem(fault, for: request, headers: headers)
    }

    private static func refuse(_ request: HTTPRequest, _ allowed: String) -> HTTPResponse {
        if request.method == .options { return HTTPResponse(204, headers: ["Allow": allowed]) }
        let fault = Fault(
            .badRequest, "method-not-allowed",
            "\(request.path.excerpt(200)) does not take \(request.method); it takes \(allowed).")
        return .problem(fault, for: request, status: 405, headers: ["Allow": allowed])
    }

    private static func allowed(_ routes: [Route]) -> String {
        var methods = Set(routes.map(\.method.rawValue)).union(["OPTIONS"])
        if methods.contains("GET") { methods.insert("HEAD") }
        return methods.sorted().joined(separator: ", ")
    }

    /// Holes are named by each route, so two methods of one path may name them differently.
    private static func parameters(_ route: Route, _ values: [String]) -> PathParameters {
        var rest = values.makeIterator()
        var named: [(name: String, value: String)] = []
        for piece in route.pattern.pieces {
            if case .literal = piece { continue }
            if case .one(let name) = piece, let value = rest.next() { named.append((name, value)) }
            if case .rest(let name) = piece, let value = rest.next() { named.append((name, value)) }
        }
        return PathParameters(named)
    }
}

package enum RouteMatch: Sendable {
    case found(Route, PathParameters)
    /// The path exists; `allowed` is the value of an `Allow` header.
    case methodNotAllowed(allowed: String)
    case notFound
}
