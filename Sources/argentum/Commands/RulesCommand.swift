import AgBase
import AgServer

/// `argentum rules`: rules that give pictures to items by their names.
enum RulesCommand: Command {
    static let name = "rules"
    static let summary =
        "Pattern rules: list, add, edit ID, move ID PLACE, test NAME…, picture ID SIDE FILE, promote UUID, demote ID, delete ID."
    static let arguments = "list|add|edit|move|test|picture|promote|demote|delete [ARGUMENTS]"
    static let options = [
        keywords.definition, regex.definition, text.definition, catalogID.definition, enabled.definition,
        passThrough.definition, builtIn.definition,
    ]
    static let settings = ArgentumSettings.clientRows

    private static let keywords = Setting<String>(
        .init("keywords", .text, help: "add, edit, promote: words separated by , or ;, any of them.", isOption: true))
    private static let regex = Setting<String>(
        .init("regex", .text, help: "add, edit, promote: a JavaScript pattern.", isOption: true))
    private static let text = Setting<String>(
        .init("text", .text, help: "add, edit, promote: what is shown for the rule.", isOption: true))
    private static let catalogID = Setting<String>(
        .init("catalog-id", .text, help: "add, edit, promote: the catalogue number.", isOption: true))
    private static let enabled = Setting<String>(
        .init("enabled", .choice(["yes", "no"]), help: "add, edit: whether the rule is tried.", isOption: true))
    private static let passThrough = Setting<String>(
        .init(
            "pass-through", .choice(["yes", "no"]),
            help: "add, edit: whether later rules fill a side that it has no picture for.", isOption: true))
    private static let builtIn = Setting<Bool>(
        .init("built-in", .bool, default: "false", help: "list: the built-in rules as well.", isOption: true))

    static func run(_ call: CommandCall) async throws -> ExitCode {
        let words = try call.words(1...(.max), of: self)
        let client = try call.client()
        let rest = Array(words.dropFirst())
        switch (words[0], rest.count) {
        case ("list", 0): try await list(call, client)
        case ("add", 0): show(try await client.json("POST", base, json: wish(call)), call)
        case ("edit", 1): show(try await client.json("PUT", path(rest[0]), json: wish(call)), call)
        case ("move", 2): try await move(rest[0], to: rest[1], call, client)
        case ("test", 1...): try await test(rest, call, client)
        case ("picture", 3):
            let side = "\(path(rest[0]))/images/\(escaped(rest[1]))"
            let answer = try await client.put(try SmallFile.bytes(rest[2]), to: side)
            call.output.result(answer, answer["imageId"]?.string ?? "")
        case ("promote", 1):
            show(try await client.json("POST", "/api/items/\(escaped(rest[0]))/promote", json: wish(call)), call)
        case ("demote", 1):
            let answer = try await client.json("POST", "\(path(rest[0]))/demote")
            call.output.result(
                answer, "obverse \(answer["obverse"]?.string ?? ""), reverse \(answer["reverse"]?.string ?? "")")
        case ("delete", 1): try await client.json("DELETE", path(rest[0]))
        default: throw Failure(.usage, "argentum rules \(arguments)")
        }
        return .ok
    }

    private static let base = "/api/pattern-rules"

    private static func path(_ id: String) -> String { "\(base)/\(escaped(id))" }

    /// Only what was given: the rest stays as it is.
    private static func wish(_ call: CommandCall) -> JSONValue {
        var members: [JSONValue.Member] = []
        for (name, setting) in [("keywords", keywords), ("regex", regex), ("text", text), ("catalogId", catalogID)] {
            if let value = call.settings[setting] { members.append(.init(name: name, value: .string(value))) }
        }
        for (name, setting) in [("enabled", enabled), ("passThrough", passThrough)] {
            if let value = call.settings[setting] { members.append(.init(name: name, value: .bool(value == "yes"))) }
        }
        return .object(members)
    }

    private static func show(_ rule: JSONValue, _ call: CommandCall) {
        call.output.result(rule, rule["id"]?.string ?? "")
        guard !call.output.isJSON else { return }
        for warning in rule["warnings"]?.array ?? [] { Output.remark("argentum: \(warning["detail"]?.string ?? "")") }
    }

    private static func list(_ call: CommandCall, _ client: ServerClient) async throws {
        let rules = (try await client.json("GET", base)["rules"]?.array ?? [])
            .filter { call.settings[required: builtIn] || $0["builtIn"]?.bool == false }
        if call.output.isJSON {
            for rule in rules { call.output.line(rule.text) }
        } else if !rules.isEmpty {
            call.output.line(table(rules.map(row)))
        }
    }

    private static func row(_ rule: JSONValue) -> [String] {
        let sides = ["obverse", "reverse"].filter { rule["images"]?[$0]?.string != nil }
        return [
            "\(rule["order"]?.int ?? 0)", rule["id"]?.string ?? "", rule["enabled"]?.bool == true ? "on" : "off",
            rule["keywords"]?.string ?? rule["regex"].map { "/\($0.string ?? "")/" } ?? "",
            rule["text"]?.string ?? "", rule["catalogId"]?.string ?? "", sides.joined(separator: "+"),
        ]
    }

    /// The order of all rules with this one at another place, from 0.
    private static func move(_ id: String, to place: String, _ call: CommandCall, _ client: ServerClient) async throws {
        guard let place = Int(place), place >= 0 else {
            throw Failure(.usage, "argentum rules move ID PLACE takes a place from 0, not '\(place)'.")
        }
        var order = (try await client.json("GET", base)["rules"]?.array ?? [])
            .filter { $0["builtIn"]?.bool == false }.compactMap { $0["id"]?.string }
        guard let index = order.firstIndex(of: id) else {
            throw Failure(.notFound, "There is no rule \(id) of the collection's own.")
        }
        order.remove(at: index)
        order.insert(id, at: min(place, order.count))
        try await client.json("PUT", base, json: ["order": .array(order.map { .string($0) })])
    }

    private static func test(_ names: [String], _ call: CommandCall, _ client: ServerClient) async throws {
        let body: JSONValue = ["names": .array(names.map { .string($0) }), "all": true]
        let matches = try await client.json("POST", "\(base)/match", json: body)["matches"]?.array ?? []
        for match in matches {
            call.output.result(
                match,
                "\(match["name"]?.string ?? ""): \(match["rule"]?["id"]?.string ?? "no rule"). \(match["reason"]?.string ?? "")"
            )
        }
    }
}
