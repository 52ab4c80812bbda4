import AgBase
import AgHTTP
import AgLibrary

extension Operation {
    var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init(name: "operationId", value: .string(id)),
            .init(name: "summary", value: .string(summary)),
            .init(name: "tags", value: [.string(tag)]),
            .init(name: "security", value: security),
        ]
        if !parameters.isEmpty {
            members.append(.init(name: "parameters", value: .array(parameters.map(\.json))))
        }
        if let body { members.append(.init(name: "requestBody", value: body.json)) }
        members.append(.init(name: "responses", value: .object(responses)))
        return .object(members)
    }

    /// `GET /api/images/{id}/status` becomes `getApiImagesIdStatus`.
    var id: String {
        let words = path.split { !$0.isLetter && !$0.isNumber }
        return method.rawValue.lowercased() + words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    private var security: JSONValue {
        switch access {
        case .open: []
        case .scope(let scope): .array(Self.schemes(scope))
        case .scopeOrHandler(let scope): .array(Self.schemes(scope) + [[:]])
        }
    }

    /// Behind each scheme stands the scope that is needed, as OpenAPI 3.1 has it for roles.
    private static func schemes(_ scope: TokenScope) -> [JSONValue] {
        ["token", "session"].map { .object([.init(name: $0, value: [.string(scope.rawValue)])]) }
    }

    private var responses: [JSONValue.Member] {
        let named = allAnswers.map { JSONValue.Member(name: "\($0.status)", value: $0.json) }
        let problem = OperationAnswer.problem(
            0,
            "Why it could not be done: 400, 414, 417, 431 or 501 for a head that breaks HTTP's rules, 500 when something "
                + "failed on our side, 503 when the storage or the codecs do not work at the moment, 507 when it is full."
        )
        return named + [.init(name: "default", value: problem.json)]
    }
}

extension OperationParameter {
    fileprivate var json: JSONValue {
        [
            "name": .string(name), "in": .string(place.rawValue), "required": .bool(place == .path),
            "description": .string(about), "schema": schema.json,
        ]
    }
}

extension OperationBody {
    fileprivate var json: JSONValue {
        let content: JSONValue = .object([.init(name: mediaType, value: ["schema": schema.json])])
        return ["required": .bool(isRequired), "content": content]
    }
}

extension OperationAnswer {
    fileprivate var json: JSONValue {
        let described = JSONValue.Member(name: "description", value: .string(about))
        var members = [described]
        if !headers.isEmpty {
            let fields = headers.map { header in
                JSONValue.Member(name: header.name, value: ["required": true, "schema": header.schema.json])
            }
            members.append(.init(name: "headers", value: .object(fields)))
        }
        if !content.isEmpty {
            let types = content.map { JSONValue.Member(name: $0.mediaType, value: ["schema": $0.schema.json]) }
            members.append(.init(name: "content", value: .object(types)))
        }
        return .object(members)
    }
}
