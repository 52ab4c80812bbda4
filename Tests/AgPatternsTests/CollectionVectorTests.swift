import AgBase
import AgModel
import AgPatterns
import Testing

@Suite("Rules as StakTrakr matches them")
struct RuleVectorTests {
    private struct Rule {
        let id: String
        let catalogID: String?
        let pattern: JavaScriptPattern
    }

    @Test(
        "The same rule, or none, matches each name",
        arguments: [
            "no-custom-all-builtin-off", "no-custom-all-builtin-on", "custom-and-all-builtin",
            "custom-and-some-builtin",
        ])
    func situation(_ id: String) throws {
        let vectors = try Vectors.json("stak-rules/rule_matching.json")
        let situation = try #require(vectors["situations"]?.array?.first { $0["id"]?.string == id })
        let rules = try rules(vectors, situation, id)
        let list = PatternList(rules.map(\.pattern))
        let results = situation["results"]?.array ?? []
        #expect(results.count > 40)
        for result in results {
            let name = try #require(result["name"]?.string)
            let found = try list.matches(PatternText(name), upTo: { _ in true }).first.map { rules[$0] }
            #expect(found?.id == result["match"]?["id"]?.string, "\(name)")
            #expect(found?.catalogID == result["match"]?["numistaId"]?.string, "\(name)")
        }
    }

    private func rules(_ vectors: JSONValue, _ situation: JSONValue, _ id: String) throws -> [Rule] {
        let custom = id.hasPrefix("custom") ? vectors["custom_rules_in_order"]?.array ?? [] : []
        let enabled = situation["enabled"]?.array?.compactMap(\.string)
        let builtIn = BuiltInRule.all.filter { id != "no-custom-all-builtin-off" && enabled?.contains($0.id) ?? true }
        return try custom.enumerated().map { index, rule in
            Rule(
                id: "custom:\(index)", catalogID: rule["numistaId"]?.string,
                pattern: try JavaScriptPattern(try #require(rule["pattern"]?.string)))
        } + builtIn.map { Rule(id: $0.id, catalogID: $0.catalogID, pattern: try JavaScriptPattern($0.pattern)) }
    }

    @Test("Each pattern is taken or refused as there")
    func invalid() throws {
        for row in try Vectors.json("stak-rules/rule_matching.json")["invalid"]?.array ?? [] {
            let pattern = try #require(row["pattern"]?.string)
            // An empty pattern, and an empty text beside one, are refused for themselves: see the rules of a library.
            guard !pattern.isEmpty, row["replacement"]?.string?.isEmpty == false else { continue }
            let isTaken = (try? JavaScriptPattern(pattern)) != nil
            #expect(isTaken == row["result"]?["success"]?.bool, "\(pattern)")
        }
    }

    @Test("Built-in rules have ids of their own and patterns that are linear")
    func builtIn() throws {
        #expect(Set(BuiltInRule.all.map(\.id)).count == BuiltInRule.all.count)
        for rule in BuiltInRule.all { #expect(try JavaScriptPattern(rule.pattern).isLinear, "\(rule.id)") }
    }
}

@Suite("Pictures of items as StakTrakr resolves them")
struct ResolutionVectorTests {
    /// What a record of the vectors holds for a side, written as its views write it.
    private static func placed(_ record: String?, _ kind: String, _ key: String, _ side: ItemSide) -> PlacedPicture<
        String
    > {
        guard let letter = record.map({ Array($0)[side == .obverse ? 0 : 1] }) else { return .none }
        switch letter {
        case "-": return .none
        case "0": return .empty
        default: return .picture("\(kind) \(key) \(side.rawValue)")
        }
    }

    private struct Row {
        let name: String
        let uuid: String
        let ignoresRules: Bool
        let states: Sides<SideState<String>>
        let json: JSONValue
    }

    private func rows() throws -> [Row] {
        let vectors = try Vectors.json("stak-images/resolution.json")
        let rules = vectors["rules_in_order"]?.array ?? []
        let list = PatternList(try rules.map { try JavaScriptPattern($0["pattern"]?.string ?? "") })
        return try (vectors["rows"]?.array ?? []).map { json in
            let item = try #require(json["item"])
            let (uuid, name) = (item["uuid"]?.string ?? "", item["name"]?.string ?? "")
            let found = try list.matches(PatternText(name))
            let states = Sides<SideState<String>> { side in
                SideState(
                    photo: Self.placed(vectors["user_records"]?[uuid]?.string, "user", uuid, side),
                    ignoresRules: item["ignorePatternImages"]?.bool ?? false,
                    rules: found.map { index in
                        let key = rules[index]["seedImageId"]?.string
                        let record = key.flatMap { vectors["pattern_records"]?[$0]?.string }
                        return MatchingRule(
                            id: key ?? "-", passesThrough: false,
                            picture: Self.placed(record, "pattern", key ?? "", side))
                    }, catalogURL: item["\(side.rawValue)ImageUrl"]?.string)
            }
            return Row(
                name: "\(uuid) '\(name)'", uuid: uuid, ignoresRules: item["ignorePatternImages"]?.bool ?? false,
                states: states,
                json: json)
        }
    }

    private func shown(_ state: SideState<String>) -> String? {
        switch SideResolution(state) {
        case .user(let picture), .pattern(let picture, _): picture
        case .catalog(let url): "cdn \(url)"
        case .none: nil
        }
    }

    @Test("Each side is decided as there, without the catalogue's address")
    func perSide() throws {
        let rows = try rows()
        #expect(rows.count == 42)
        for row in rows {
            for side in ItemSide.allCases {
                var state = row.states[side]
                state.catalogURL = nil
                #expect(shown(state) == row.json["per_side"]?[side.rawValue]?.string, "\(row.name) \(side)")
            }
        }
    }

    @Test("The older answer for a whole item is the same")
    func legacy() throws {
        for row in try rows() {
            let wanted = row.json["legacy"]
            switch LegacyResolution.source(of: row.states.obverse) {
            case .user?:
                #expect(wanted?["source"]?.string == "user", "\(row.name)")
                #expect(wanted?["catalogId"]?.string == row.uuid, "\(row.name)")
            case .pattern(_, let rule)?:
                #expect(wanted?["source"]?.string == "pattern", "\(row.name)")
                #expect(wanted?["catalogId"]?.string == rule, "\(row.name)")
            default: #expect(wanted == .null, "\(row.name)")
            }
        }
    }

    /// One rule for every view. The card has the same; the others differ from it among themselves.
    @Test("With the catalogue's address, every side is what the card shows")
    func card() throws {
        for row in try rows() {
            for side in ItemSide.allCases {
                #expect(shown(row.states[side]) == row.json["card"]?[side.rawValue]?.string, "\(row.name) \(side)")
            }
        }
    }

    @Test("Where the table shows something else, it has ignored that the item wants no rule's picture")
    func table() throws {
        var count = 0
        for row in try rows() {
            for side in ItemSide.allCases {
                let table = row.json["table"]?[side.rawValue]?.string
                guard shown(row.states[side]) ?? "placeholder" != table else { continue }
                count += 1
                #expect(row.ignoresRules, "\(row.name) \(side)")
                #expect(table?.hasPrefix("pattern") == true, "\(row.name) \(side)")
            }
        }
        #expect(count == 3)
    }

    @Test(
        "Where the detail window shows something else, it has left out the catalogue because the other side has a picture"
    )
    func detailWindow() throws {
        for row in try rows() {
            for side in ItemSide.allCases {
                let window = row.json["view_modal"]?[side.rawValue]?.string
                guard shown(row.states[side]) != window else { continue }
                let other = SideResolution(row.states[side == .obverse ? .reverse : .obverse])
                #expect(window == nil && other.picture != nil, "\(row.name) \(side)")
            }
        }
    }
}
