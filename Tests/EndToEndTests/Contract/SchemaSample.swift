import AgBase

/// Makes values that a JSON Schema of the OpenAPI document describes.
struct SchemaSample {
    enum Extent {
        /// Every member, and no null.
        case full
        /// Only what is required, and null wherever that may be.
        case least
    }

    private let schemas: JSONValue

    /// - Parameter document: the OpenAPI document, for what its schemas refer to.
    init(_ document: JSONValue) {
        schemas = document["components"]?["schemas"] ?? [:]
    }

    func value(of schema: JSONValue, _ extent: Extent) throws -> JSONValue {
        let schema = try resolved(schema)
        if let choices = schema["anyOf"]?.array ?? schema["oneOf"]?.array {
            guard let first = choices.first else { throw HarnessFailure("A choice of nothing: \(schema.text)") }
            let hasNull = choices.contains { $0["type"]?.string == "null" }
            return extent == .least && hasNull ? .null : try value(of: first, extent)
        }
        switch schema["type"]?.string ?? schema["type"]?.array?.first?.string {
        case "object": return try object(schema, extent)
        case "array": return try array(schema, extent)
        case "string": return .string(string(schema))
        case "integer": return schema["minimum"] ?? 7
        case "number": return .double(0.25)
        case "boolean": return true
        case "null": return .null
        default: throw HarnessFailure("A schema of no known type: \(schema.text)")
        }
    }

    /// What a reference stands for.
    func resolved(_ schema: JSONValue) throws -> JSONValue {
        guard let reference = schema["$ref"]?.string else { return schema }
        guard let found = schemas[String(reference.split(separator: "/").last ?? "")] else {
            throw HarnessFailure("\(reference) leads nowhere.")
        }
        return found
    }

    private func object(_ schema: JSONValue, _ extent: Extent) throws -> JSONValue {
        let required = Set(schema["required"]?.array?.compactMap(\.string) ?? [])
        let members = (schema["properties"]?.members ?? []).filter { extent == .full || required.contains($0.name) }
        return .object(try members.map { .init(name: $0.name, value: try value(of: $0.value, extent)) })
    }

    private func array(_ schema: JSONValue, _ extent: Extent) throws -> JSONValue {
        let count = extent == .full ? 1 : schema["minItems"]?.int ?? 0
        let item = try schema["items"].map { try value(of: $0, extent) } ?? .null
        return .array(Array(repeating: item, count: Int(count)))
    }

    private func string(_ schema: JSONValue) -> String {
        if let word = schema["enum"]?.array?.first?.string { return word }
        switch schema["format"]?.string {
        case "uuid": return "01a1fa20-72f9-73a4-a7d6-554444a9a6c2"
        case "date-time": return "2026-05-03T12:13:14.150Z"
        default: return String(repeating: "a", count: Int(schema["minLength"]?.int ?? 3))
        }
    }
}
