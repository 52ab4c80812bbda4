import AgBase
import AgContract
import AgTesting
import Testing

@Suite("The contract and the OpenAPI document", .server(), .serverLog, .timeLimit(.minutes(1)))
struct ContractDocumentTests {
    private struct Operation {
        let method: String
        let path: String
        let json: JSONValue

        var name: String { "\(method) \(path)" }
        var body: JSONValue? { json["requestBody"]?["content"]?["application/json"]?["schema"] }

        /// The schemas of its answers that are JSON and no problems, by status.
        var answers: [Int: JSONValue] {
            let pairs = (json["responses"]?.members ?? []).compactMap { member -> (Int, JSONValue)? in
                guard let status = Int(member.name),
                    let schema = member.value["content"]?["application/json"]?["schema"]
                else { return nil }
                return (status, schema)
            }
            return Dictionary(uniqueKeysWithValues: pairs)
        }
    }

    let server: Server

    init() throws { server = try Server.ofSuite }

    private func document() async throws -> (JSONValue, [Operation]) {
        let document = try await server.json("/openapi.json")
        let operations = (document["paths"]?.members ?? []).flatMap { path in
            (path.value.members ?? []).map {
                Operation(method: $0.name.uppercased(), path: path.name, json: $0.value)
            }
        }
        // Its own description is a matter of OpenAPI.
        return (document, operations.filter { $0.path != "/openapi.json" })
    }

    @Test("name the same calls, bodies and answers")
    func sameCalls() async throws {
        let (_, operations) = try await document()
        #expect(operations.count > 20)
        for operation in operations where operation.body != nil || !operation.answers.isEmpty {
            let route = API.routes.first { $0.method == operation.method && $0.path == operation.path }
            #expect((route?.request != nil) == (operation.body != nil), "\(operation.name)")
            #expect(Set(route?.answers.keys.map { $0 } ?? []) == Set(operation.answers.keys), "\(operation.name)")
        }
        let names = Set(operations.map(\.name))
        for route in API.routes { #expect(names.contains("\(route.method) \(route.path)")) }
    }

    @Test("say the same of every member of an answer: its name, its type, whether it may be null or left out")
    func answers() async throws {
        let (document, operations) = try await document()
        for operation in operations {
            let route = API.routes.first { $0.method == operation.method && $0.path == operation.path }
            for (status, schema) in operation.answers {
                guard let type = route?.answers[status] else { continue }
                let faults = try Self.faults(schema, type, document)
                #expect(faults.isEmpty, "\(operation.name) \(status)")
            }
        }
        let problem = try #require(document["components"]?["schemas"]?["Problem"])
        #expect(try Self.faults(problem, API.Problem.self, document).isEmpty)
    }

    @Test("say the same of every member of a body")
    func bodies() async throws {
        let (document, operations) = try await document()
        for operation in operations {
            guard let schema = operation.body else { continue }
            let route = API.routes.first { $0.method == operation.method && $0.path == operation.path }
            let type = try #require(route?.request, "\(operation.name)")
            for choice in schema["oneOf"]?.array ?? [schema] {
                #expect(try Self.faults(choice, type, document, isBody: true).isEmpty, "\(operation.name)")
            }
        }
    }

    // MARK: Comparing

    private static func faults<Value: APIValue>(
        _ schema: JSONValue, _ type: Value.Type, _ document: JSONValue, isBody: Bool = false
    ) throws -> [String] {
        let sample = SchemaSample(document)
        let full = try sample.value(of: schema, .full).droppingNulls(isBody)
        let least = try sample.value(of: schema, .least).droppingNulls(isBody)
        let strangers = try strangers(in: full.decode(type), schema, sample, "\(type)")
        return ContractCheck.faults(full, as: type) + ContractCheck.faults(least, as: type) + strangers
    }

    /// Members of a type that its schema lacks; what the document does not have in full cannot show them.
    private static func strangers(
        in value: Any, _ schema: JSONValue, _ sample: SchemaSample, _ place: String
    ) throws -> [String] {
        let schema = try sample.resolved(schema)
        if let choice = schema["anyOf"]?.array?.first { return try strangers(in: value, choice, sample, place) }
        if let item = schema["items"] {
            return try Mirror(reflecting: value).children.first.map {
                try strangers(in: $0.value, item, sample, "\(place).0")
            } ?? []
        }
        guard let properties = schema["properties"] else { return [] }
        return try Mirror(reflecting: value).children.flatMap { child -> [String] in
            let label = child.label ?? ""
            let name = label.hasPrefix("_") ? String(label.dropFirst()) : label
            let inner = unwrapped(child.value)
            if let property = properties[name] {
                return try inner.map { try strangers(in: $0, property, sample, "\(place).\(name)") } ?? []
            }
            // Members that belong to their writer.
            if inner is API.JSON { return [] }
            // A value whose members stand among the others.
            if inner is any APIValue { return try strangers(in: child.value, schema, sample, place) }
            return ["\(place).\(name) is not in the document."]
        }
    }

    /// Through `Nullable` and `Optional`; `nil` for none.
    private static func unwrapped(_ value: Any) -> Any? {
        let mirror = Mirror(reflecting: value)
        if mirror.displayStyle == .optional { return mirror.children.first.flatMap { unwrapped($0.value) } }
        if "\(mirror.subjectType)".hasPrefix("Nullable<") {
            return mirror.children.first.flatMap { unwrapped($0.value) }
        }
        return value
    }
}

extension JSONValue {
    /// A body may say null for what it leaves out; clients leave it out.
    fileprivate func droppingNulls(_ isWanted: Bool) -> JSONValue {
        guard isWanted, case .object(let members) = self else { return self }
        return .object(members.filter { $0.value != .null })
    }
}
