/// One method on one pattern.
package struct Route: Sendable {
    package typealias Handler = @Sendable (HTTPRequest, PathParameters) async throws -> HTTPResponse

    package let method: HTTPMethod
    package let pattern: RoutePattern
    package let options: RouteOptions
    package let handler: Handler
}
