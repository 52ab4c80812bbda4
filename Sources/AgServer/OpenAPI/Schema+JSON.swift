package import AgBase

extension Schema {
    /// The schema as it stands in the document; named schemas become references.
    package var json: JSONValue {
        switch self {
        case .string: ["type": "string"]
        case .formatted(let format): ["type": "string", "format": .string(format)]
        case .words(let words): ["type": "string", "enum": .array(words.map(JSONValue.string))]
        case .integer(let minimum, let maximum): Self.integerJSON(minimum, maximum)
        case .number: ["type": "number"]
        case .boolean: ["type": "boolean"]
        case .array(let item): ["type": "array", "items": item.json]
        case .object(let fields): .object(Self.objectMembers(fields))
        case .closed(let fields):
            .object(Self.objectMembers(fields) + [.init(name: "additionalProperties", value: false)])
        case .anyObject: ["type": "object"]
        case .nullable(let schema): ["anyOf": [schema.json, ["type": "null"]]]
        case .binary: Self.bytes
        case .named(let name, _): ["$ref": .string("#/components/schemas/\(name)")]
        case .raw(let json): json
        }
    }

    /// `contentMediaType` is what JSON Schema has for bytes; generators of clients know `format: binary` of OpenAPI 3.0.
    private static let bytes: JSONValue = [
        "type": "string", "format": "binary", "contentMediaType": "application/octet-stream",
    ]

    private static func integerJSON(_ minimum: Int64?, _ maximum: Int64?) -> JSONValue {
        var members: [JSONValue.Member] = [.init(name: "type", value: "integer")]
        if let minimum { members.append(.init(name: "minimum", value: .int(minimum))) }
        if let maximum { members.append(.init(name: "maximum", value: .int(maximum))) }
        return .object(members)
    }

    private static func objectMembers(_ fields: [SchemaField]) -> [JSONValue.Member] {
        let properties = fields.map { JSONValue.Member(name: $0.name, value: $0.json) }
        let required = fields.filter(\.isRequired).map { JSONValue.string($0.name) }
        var members: [JSONValue.Member] = [
            .init(name: "type", value: "object"), .init(name: "properties", value: .object(properties)),
        ]
        if !required.isEmpty { members.append(.init(name: "required", value: .array(required))) }
        return members
    }

    /// Every named schema in here, itself included, with what it stands for.
    func collectNamed(into known: inout [String: JSONValue]) {
        switch self {
        case .array(let inner), .nullable(let inner): inner.collectNamed(into: &known)
        case .object(let fields), .closed(let fields): for field in fields { field.schema.collectNamed(into: &known) }
        case .named(let name, let inner):
            guard known[name] == nil else { return }
            known[name] = inner.json
            inner.collectNamed(into: &known)
        default: break
        }
    }
}

extension SchemaField {
    fileprivate var json: JSONValue {
        guard let about, case .object(let members) = schema.json else { return schema.json }
        return .object(members + [.init(name: "description", value: .string(about))])
    }
}
