import AgBase
import AgHTTP

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
        case .scope: [["token": []], ["session": []]]
        case .scopeOrHandler: [["token": []], ["session": []], [:]]
        }
    }

    private var responses: [JSONValue.Member] {
        let named = answers.map { JSONValue.Member(name: "\($0.status)", value: $0.json) }
        let problem = OperationAnswer.problem(0, "Why it could not be done.")
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
        guard !content.isEmpty else { return .object([described]) }
        let types = content.map { JSONValue.Member(name: $0.mediaType, value: ["schema": $0.schema.json]) }
        return .object([described, .init(name: "content", value: .object(types))])
    }
}
