package import AgBase
package import AgContract

/// Holds what a server says against the contract: what has no type there, or has a member that its type lacks.
package enum ContractCheck {
    /// What is wrong with an answer; empty when it is as the contract has it. Bytes, pages and texts have no type and are right.
    ///
    /// - Parameter target: as it was asked for, perhaps with a query.
    package static func faults(
        _ method: String, _ target: String, status: Int, mediaType: String?, _ body: [UInt8]
    ) -> [String] {
        let path = String(target.prefix { $0 != "?" })
        let name = "\(method) \(path) \(status)"
        guard method != "HEAD", !body.isEmpty, path != "/openapi.json" else { return [] }
        switch mediaType?.prefix(while: { $0 != ";" }) {
        case "application/problem+json": return faults(body, as: API.Problem.self).map { "\(name): \($0)" }
        case "application/json":
            let route = API.routes.first { $0.matches(method, path) }
            guard let type = route?.answers[status] else { return ["\(name) has no type in the contract."] }
            return faults(body, as: type).map { "\(name): \($0)" }
        default: return []
        }
    }

    /// What is wrong with an event.
    package static func faults(event type: String, data: String) -> [String] {
        guard let known = API.events[API.EventType(rawValue: type)] else {
            return ["The event \(type) has no type in the contract."]
        }
        return faults(Array(data.utf8), as: known).map { "\(type): \($0)" }
    }

    private static func faults(_ body: [UInt8], as type: any APIValue.Type) -> [String] {
        do {
            return faults(try JSONValue(json: body), as: type)
        } catch {
            return ["It is no JSON: \(error)."]
        }
    }

    /// Reads the text as a value, writes that, and compares the two member by member.
    package static func faults<Value: APIValue>(_ json: JSONValue, as type: Value.Type) -> [String] {
        do {
            let again = try JSONValue(json: JSONText.of(try json.decode(type)))
            return differences(json, again, at: "\(type)")
        } catch {
            return ["It cannot be read as \(type): \(error)"]
        }
    }

    private static func differences(_ said: JSONValue, _ known: JSONValue, at place: String) -> [String] {
        switch (said, known) {
        case (.object(let said), .object(let known)):
            let names = Set(said.map(\.name)).union(known.map(\.name)).sorted()
            return names.flatMap { name -> [String] in
                let place = "\(place).\(name)"
                guard let a = said.first(where: { $0.name == name })?.value else { return ["\(place) is not said."] }
                guard let b = known.first(where: { $0.name == name })?.value else {
                    return ["\(place) is not in the contract."]
                }
                return differences(a, b, at: place)
            }
        case (.array(let said), .array(let known)) where said.count == known.count:
            return zip(said, known).enumerated().flatMap { differences($1.0, $1.1, at: "\(place).\($0)") }
        // However a number is written, it is the same one.
        default:
            return said == known || (said.double != nil && said.double == known.double)
                ? [] : ["\(place) is \(said.text) and is read as \(known.text)."]
        }
    }
}
