import AgBase
import AgHTTP

/// The description of all routes in the form of OpenAPI 3.1.
package struct OpenAPIDocument: Sendable {
    private let operations: [Operation]
    private let serverURL: String
    private let cookieName: String

    /// - Parameter publicURL: where clients reach us, if that is known.
    package init(_ operations: [Operation], publicURL: String? = nil) {
        self.operations = operations
        serverURL = publicURL ?? "/"
        cookieName = SessionCookie(publicURL: publicURL).name
    }

    var json: JSONValue {
        [
            "openapi": "3.1.0",
            "info": [
                "title": "Argentum", "version": .string(Program.version),
                "summary": "A self-hosted image backend.",
                "license": ["name": "Apache License 2.0", "identifier": "Apache-2.0"],
            ],
            "servers": [["url": .string(serverURL)]],
            "tags": .array(tags),
            "paths": .object(paths),
            "components": ["schemas": .object(schemas), "securitySchemes": securitySchemes],
        ]
    }

    private var tags: [JSONValue] {
        var seen: Set<String> = []
        return operations.map(\.tag).filter { seen.insert($0).inserted }.map { ["name": .string($0)] }
    }

    /// Operations by path, in the order in which the paths were first named.
    private var paths: [JSONValue.Member] {
        var order: [String] = []
        var methods: [String: [JSONValue.Member]] = [:]
        for operation in operations {
            if methods[operation.path] == nil { order.append(operation.path) }
            let name = operation.method.rawValue.lowercased()
            methods[operation.path, default: []].append(.init(name: name, value: operation.json))
        }
        return order.map { .init(name: $0, value: .object(methods[$0] ?? [])) }
    }

    private var schemas: [JSONValue.Member] {
        var known: [String: JSONValue] = [:]
        CommonSchemas.problem.collectNamed(into: &known)
        for operation in operations {
            operation.body?.schema.collectNamed(into: &known)
            for parameter in operation.parameters { parameter.schema.collectNamed(into: &known) }
            for content in operation.allAnswers.flatMap(\.content) { content.schema.collectNamed(into: &known) }
        }
        return known.sorted { $0.key < $1.key }.map { .init(name: $0.key, value: $0.value) }
    }

    private var securitySchemes: JSONValue {
        [
            "token": ["type": "http", "scheme": "bearer", "description": "A token of `argentum token create`."],
            "session": [
                "type": "apiKey", "in": "cookie", "name": .string(cookieName),
                "description":
                    "The page's cookie. Calls that change something must carry `csrfToken` of GET /api/session as X-CSRF-Token.",
            ],
        ]
    }
}
