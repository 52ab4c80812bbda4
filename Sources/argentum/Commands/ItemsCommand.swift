import AgBase
import AgServer

/// `argentum items`: the collection's items and their photos.
enum ItemsCommand: Command {
    static let name = "items"
    static let summary =
        "Items of the collection: list [WORDS], get UUID, explain UUID, import FILE, export [FILE], photo UUID SIDE [FILE], delete UUID."
    static let arguments = "list|get|explain|import|export|photo|delete [ARGUMENTS]"
    static let options = [tag.definition, sort.definition, limit.definition, remove.definition]
    static let settings = ArgentumSettings.clientRows

    private static let tag = Setting<String>(
        .init("tag", .text, help: "list: only items with this tag.", isOption: true))
    private static let sort = Setting<String>(
        .init(
            "sort", .choice(["name", "createdAt", "updatedAt"]), default: "name", help: "list: the order.",
            isOption: true))
    private static let limit = Setting<Int>(
        .init("limit", .int(1...10_000_000), default: "50", help: "list: how many at most.", isOption: true))
    private static let remove = Setting<Bool>(
        .init("remove", .bool, default: "false", help: "photo: take the side's photo away.", isOption: true))

    static func run(_ call: CommandCall) async throws -> ExitCode {
        let words = try call.words(1...(.max), of: self)
        let client = try call.client()
        let rest = Array(words.dropFirst())
        switch (words[0], rest.count) {
        case ("list", _): try await list(rest, call, client)
        case ("get", 1): call.output.line(try await client.json("GET", path(rest[0])).text)
        case ("explain", 1): try await explain(rest[0], call, client)
        case ("import", 1): return try await ItemImport(call.output, client).run(rest[0])
        case ("export", 0...1): try await ItemExport(client).run(rest.first ?? "-")
        case ("photo", 2...3): try await photo(rest, call, client)
        case ("delete", 1): try await client.json("DELETE", path(rest[0]))
        default: throw Failure(.usage, "argentum items \(arguments)")
        }
        return .ok
    }

    private static func path(_ uuid: String) -> String { "/api/items/\(escaped(uuid))" }

    private static func list(_ words: [String], _ call: CommandCall, _ client: ServerClient) async throws {
        var query = [("sort", call.settings[required: sort])]
        if !words.isEmpty { query.append(("q", words.joined(separator: " "))) }
        if let tag = call.settings[tag] { query.append(("tag", tag)) }
        try await ItemPages(client, query).each(atMost: call.settings[required: limit]) { items in
            if call.output.isJSON {
                for item in items { call.output.line(item.text) }
            } else if !items.isEmpty {
                call.output.line(table(items.map(row)))
            }
        }
    }

    private static func row(_ item: JSONValue) -> [String] {
        let number = item["catalogId"] ?? item["numistaId"] ?? .null
        return [
            item["uuid"]?.string ?? "", item["name"]?.string ?? "", number.string ?? number.int.map { "\($0)" } ?? "",
            (item["tags"]?.array ?? []).compactMap(\.string).joined(separator: ", "),
        ]
    }

    private static func explain(_ uuid: String, _ call: CommandCall, _ client: ServerClient) async throws {
        let sides = try await client.json("GET", "\(path(uuid))/images?explain=1")
        guard !call.output.isJSON else { return call.output.line(sides.text) }
        for side in ["obverse", "reverse"] {
            let answer = sides[side] ?? .null
            call.output.line("\(side): \(answer["source"]?.string ?? "") \(answer["url"]?.string ?? "")")
            let tiers = (answer["tiers"]?.array ?? []).map { tier in
                [
                    "  " + (tier["tier"]?.string ?? ""), tier["hit"]?.bool == true ? "yes" : "no",
                    tier["reason"]?.string ?? "",
                ]
            }
            call.output.line(table(tiers))
        }
    }

    private static func photo(_ words: [String], _ call: CommandCall, _ client: ServerClient) async throws {
        let address = "\(path(words[0]))/images/\(escaped(words[1]))"
        let removes = call.settings[required: remove]
        guard removes != (words.count == 3) else {
            throw Failure(.usage, "argentum items photo UUID obverse|reverse takes a FILE, or --remove.")
        }
        if removes {
            try await client.json("DELETE", address)
        } else {
            let answer = try await client.put(try SmallFile.bytes(words[2]), to: address)
            call.output.result(answer, answer["imageId"]?.string ?? "")
        }
    }
}

/// The pages of a list of items.
struct ItemPages {
    private let client: ServerClient
    private let query: [(String, String)]

    init(_ client: ServerClient, _ query: [(String, String)]) {
        self.client = client
        self.query = query
    }

    func each(atMost most: Int = .max, _ take: ([JSONValue]) throws -> Void) async throws {
        var left = most
        var cursor: String?
        repeat {
            let page = [("limit", "\(min(left, 200))")] + (cursor.map { [("cursor", $0)] } ?? [])
            let answer = try await client.json("GET", "/api/items" + queryText(query + page))
            let items = answer["items"]?.array ?? []
            try take(items)
            left -= items.count
            cursor = items.isEmpty ? nil : answer["next"]?.string
        } while cursor != nil && left > 0
    }
}

/// Takes an inventory to the server, some thousand items at a time.
private struct ItemImport {
    private static let atOnce = 2_000

    private let output: Output
    private let client: ServerClient

    init(_ output: Output, _ client: ServerClient) {
        self.output = output
        self.client = client
    }

    func run(_ path: String) async throws -> ExitCode {
        let items = try inventory(try SmallFile.bytes(path))
        var counts: [String: Int] = [:]
        for start in stride(from: 0, to: items.count, by: Self.atOnce) {
            let batch = Array(items[start..<min(start + Self.atOnce, items.count)])
            let answer = try await client.json("POST", "/api/items/import", json: .array(batch))
            for item in answer["items"]?.array ?? [] { tell(item, &counts) }
            if output.hasBar { Output.write("\r\(start + batch.count) of \(items.count) items\u{1B}[K", to: 2) }
        }
        if output.hasBar { Output.write("\r\u{1B}[K", to: 2) }
        return tellTotal(counts)
    }

    /// An array of items, or the object that StakTrakr writes around one.
    private func inventory(_ bytes: [UInt8]) throws -> [JSONValue] {
        do throws(JSONFault) {
            let json = try JSONValue(json: bytes)
            if let items = json.array ?? json["inventory"]?.array { return items }
        } catch {
            throw Failure(.error, "The file is not JSON: \(error).")
        }
        throw Failure(.error, "The file must hold an array of items, or an object with the member `inventory`.")
    }

    private func tell(_ item: JSONValue, _ counts: inout [String: Int]) {
        let outcome = item["outcome"]?.string ?? ""
        counts[outcome, default: 0] += 1
        if output.isJSON {
            output.line(item.text)
        } else if outcome == "refused" {
            output.line("refused  \(item["uuid"]?.string ?? "-")  \(item["detail"]?.string ?? "")")
        }
    }

    private func tellTotal(_ counts: [String: Int]) -> ExitCode {
        let words = ["added", "changed", "unchanged", "refused"]
        if output.isJSON {
            let members = words.map { JSONValue.Member(name: $0, value: .int(counts[$0] ?? 0)) }
            output.line(JSONValue.object([.init(name: "summary", value: .object(members))]).text)
        } else {
            Output.remark(words.map { "\(counts[$0] ?? 0) \($0)" }.joined(separator: ", "))
        }
        guard counts["refused"] ?? 0 > 0 else { return .ok }
        return counts.count > 1 ? .partial : .error
    }
}

/// Writes all items as one array, each as it is kept.
private struct ItemExport {
    private let client: ServerClient

    init(_ client: ServerClient) {
        self.client = client
    }

    func run(_ path: String) async throws {
        var text = ""
        try await ItemPages(client, [("sort", "createdAt"), ("order", "asc")]).each { items in
            for item in items { text += (text.isEmpty ? "[\n" : ",\n") + item.text }
        }
        text = text.isEmpty ? "[]\n" : text + "\n]\n"
        if path == "-" { Output.write(text, to: 1) } else { try SmallFile.write(text, to: path) }
    }
}
