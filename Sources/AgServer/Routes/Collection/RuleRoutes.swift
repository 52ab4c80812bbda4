import AgBase
import AgHTTP
import AgLibrary
import AgModel
import AgPatterns

/// Rules that give pictures to items by their names.
func addRuleRoutes(to book: inout RouteBook, _ library: Library, publicURL: String?, gates: ReadGates) {
    let rules = library.collection.rules
    let pictures = SidePictures(library, Links(publicURL: publicURL))
    book.on(.listRules) { request, _ in
        let all = try await gates.read(request.caller) { try await rules.all() }
        return .answer(200, ["rules": .array(all.map { $0.json })])
    }
    book.on(.addRule) { request, _ in
        let wish = try await RuleOrder.read(request).wish()
        return .answer(201, try await rules.add(wish).json)
    }
    book.on(.rule) { _, parameters in .answer(200, try await rules.rule(parameters["id"]).json) }
    book.on(.changeRule) { request, parameters in
        let wish = try await RuleOrder.read(request).wish()
        return .answer(200, try await rules.change(parameters["id"], wish).json)
    }
    book.on(.deleteRule) { _, parameters in
        try await rules.delete(parameters["id"])
        return HTTPResponse(204)
    }
    book.on(.arrangeRules) { request, _ in
        let order = try await request.decode(Arrangement.self, members: ["builtIn", "order"])
        try await rules.arrange(order: order.order, builtIn: try order.builtInSwitch())
        return .answer(200, ["rules": .array(try await rules.all().map { $0.json })])
    }
    book.on(.putRulePicture(library.uploads.limit)) { request, parameters in
        let (id, side): (String, ItemSide) = (try parameters["id"], try parameters.side())
        return try await pictures.take(
            request, store: { try await rules.put($0, on: id, side) }, link: { try await rules.put($0, on: id, side) })
    }
    book.on(.deleteRulePicture) { _, parameters in
        try await rules.removePicture(of: parameters["id"], try parameters.side())
        return HTTPResponse(204)
    }
    book.on(.matchRules) { request, _ in
        let order = try await request.decode(MatchOrder.self, members: ["names", "all"])
        return .answer(200, try await order.answer(rules))
    }
    book.on(.promote) { request, parameters in
        let order = try await RuleOrder.read(request, isPromotion: true)
        let made = try await rules.promote(try parameters.itemUUID(), try order.wish(), try order.pending())
        return .answer(201, made.json)
    }
    book.on(.demote) { _, parameters in
        let (uuid, sides) = try await rules.demote(parameters["id"])
        return .answer(
            200,
            [
                "uuid": .string(uuid.text), "obverse": .string(sides.obverse.rawValue),
                "reverse": .string(sides.reverse.rawValue),
            ])
    }
}

// MARK: What calls bring

private struct Arrangement: Decodable {
    let builtIn: String?
    let order: [String]?

    func builtInSwitch() throws(Fault) -> Bool? {
        switch builtIn {
        case nil: return nil
        case "all": return true
        case "none": return false
        case let word?:
            throw Fault(.unprocessable, "invalid-body", "`builtIn` must be all or none, not '\(word.excerpt(40))'.")
        }
    }
}

/// A rule as a body has it: members that are absent stay as they are.
private struct RuleOrder {
    private let json: JSONValue

    static func read(_ request: HTTPRequest, isPromotion: Bool = false) async throws -> RuleOrder {
        let json = try await request.json()
        var known = CollectionSchemas.ruleFieldNames
        if isPromotion { known = known.filter { $0 != "pictureKey" } + ["images"] }
        guard let members = json.members else { throw wrong("", "The body must be a JSON object.") }
        if let stranger = members.first(where: { member in !known.contains { member.isNamed($0) } }) {
            let name = stranger.name.excerpt()
            let hint = Suggestion.closest(to: name, in: known).map { "; did you mean '\($0)'?" } ?? "."
            throw wrong(name, "'\(name)' is no member of this body\(hint)")
        }
        return RuleOrder(json: json)
    }

    func wish() throws -> RuleWish {
        RuleWish(
            match: try match(), text: try text("text"), catalogID: try catalogID(), isEnabled: try flag("enabled"),
            passesThrough: try flag("passThrough"), pictureKey: try text("pictureKey"))
    }

    private func match() throws -> PatternRule.Match? {
        switch (try text("keywords"), try text("regex")) {
        case (let keywords?, nil): return .keywords(keywords)
        case (nil, let regex?): return .regex(regex)
        case (nil, nil): return nil
        default: throw Self.wrong("regex", "A rule has `keywords` or `regex`, not both.")
        }
    }

    private func catalogID() throws -> String?? {
        switch json["catalogId"] {
        case nil: return nil
        case .null?: return .some(nil)
        default: return try text("catalogId")
        }
    }

    func pending() throws -> PatternRules.Pending {
        guard let images = json["images"], images != .null else { return PatternRules.Pending() }
        return PatternRules.Pending(
            try Sides<ImageID?> { side in
                guard let value = images[side.rawValue], value != .null else { return nil }
                guard let id = value.string.flatMap({ ImageID(untrusted: $0) }) else {
                    throw Self.wrong("images.\(side.rawValue)", "'images.\(side.rawValue)' must be the id of an image.")
                }
                return id
            })
    }

    private func text(_ name: String) throws -> String? {
        guard let value = json[name] else { return nil }
        guard let text = value.string else { throw Self.wrong(name, "'\(name)' must be a text.") }
        return text
    }

    private func flag(_ name: String) throws -> Bool? {
        guard let value = json[name] else { return nil }
        guard let flag = value.bool else { throw Self.wrong(name, "'\(name)' must be true or false.") }
        return flag
    }

    private static func wrong(_ subject: String, _ sentence: String) -> Fault {
        Fault(
            .unprocessable, "invalid-body", sentence,
            details: [Fault.Detail(subject: subject, code: "invalid-value", detail: sentence)])
    }
}

private struct MatchOrder: Decodable {
    static let most = 20_000

    let names: [String]
    let all: Bool?

    func answer(_ rules: PatternRules) async throws -> JSONValue {
        guard names.count <= Self.most else {
            throw Fault(.unprocessable, "too-many-names", "\(names.count) names are too many; \(Self.most) are taken.")
        }
        if let long = names.first(where: { $0.utf16.count > PatternText.mostUnits }) {
            throw Fault(
                .unprocessable, "name-too-long",
                "A name has \(long.utf16.count) characters; at most \(PatternText.mostUnits) are taken.")
        }
        let found = try await rules.match(names, all: all ?? false)
        return ["matches": .array(zip(names, found).map { json($0, $1) })]
    }

    private func json(_ name: String, _ found: [PatternRule]) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init(name: "name", value: .string(name)),
            .init(name: "rule", value: found.first?.summary ?? .null),
            .init(name: "reason", value: .string(reason(found.first))),
        ]
        if all ?? false { members.append(.init(name: "others", value: .array(found.dropFirst().map(\.summary)))) }
        return .object(members)
    }

    private func reason(_ rule: PatternRule?) -> String {
        guard let rule else { return "No enabled rule matches the name." }
        let kind =
            switch rule.match {
            case .keywords(let words): "contains one of its words: \(words.excerpt())"
            case .regex: "matches its pattern"
            }
        return "It is the first enabled rule, number \(rule.order + 1), for which the name \(kind)."
    }
}

// MARK: Answers

extension PatternRule {
    fileprivate var json: JSONValue { .object(members) }

    fileprivate var members: [JSONValue.Member] {
        let match: JSONValue.Member =
            switch match {
            case .keywords(let text): .init(name: "keywords", value: .string(text))
            case .regex(let text): .init(name: "regex", value: .string(text))
            }
        var members: [JSONValue.Member] = [
            .init(name: "id", value: .string(id)), match, .init(name: "text", value: .string(text)),
            .init(name: "catalogId", value: .optional(catalogID)), .init(name: "builtIn", value: .bool(isBuiltIn)),
            .init(name: "enabled", value: .bool(isEnabled)), .init(name: "order", value: .int(order)),
            .init(name: "passThrough", value: .bool(passesThrough)),
            .init(name: "pictureKey", value: .optional(pictureKey)),
            .init(
                name: "images",
                value: [
                    "obverse": .optional(pictures.obverse?.text), "reverse": .optional(pictures.reverse?.text),
                ]),
        ]
        if let problem { members.append(.init(name: "problem", value: .string(problem))) }
        return members
    }

    fileprivate var summary: JSONValue {
        [
            "id": .string(id), "builtIn": .bool(isBuiltIn), "catalogId": .optional(catalogID), "text": .string(text),
        ]
    }
}

extension PatternRules.Written {
    fileprivate var json: JSONValue {
        let warnings: [JSONValue] =
            matchesEverything
            ? [
                [
                    "code": "matches-everything",
                    "detail": "The rule matches names that have nothing in common, so no rule behind it is ever tried.",
                ]
            ] : []
        return .object(rule.members + [.init(name: "warnings", value: .array(warnings))])
    }
}

extension Operation {
    private static let id = OperationParameter.path("id", .text(1...200), "The rule's id.")
    private static let side = OperationParameter.path("side", .words(ItemSide.allCases.map(\.rawValue)), "The side.")
    private static let unknown = OperationAnswer.problem(404, "There is no such rule.")
    private static let builtIn = OperationAnswer.problem(
        409, "The rule is built in: it can only be switched on and off.")
    private static let refused = OperationAnswer.problem(
        422,
        "The rule is not one that is taken: `invalid-pattern` with `position`, `empty-keywords`, `empty-text` and so on."
    )

    fileprivate static let listRules = Operation(
        .get, "/api/pattern-rules", "List the rules in the order in which they are tried", tag: "Collection",
        access: .scope(.read), answers: [.json(200, "All of them, the built-in ones last.", CollectionSchemas.rules)])

    fileprivate static let addRule = Operation(
        .post, "/api/pattern-rules", "Add a rule behind the others", tag: "Collection", access: .scope(.write),
        body: .json(CollectionSchemas.ruleWish),
        answers: [
            .json(201, "Added; `warnings` says what may not be meant.", CollectionSchemas.rule),
            .problem(409, "There are as many rules as there may be."), refused,
        ])

    fileprivate static let rule = Operation(
        .get, "/api/pattern-rules/{id}", "One rule", tag: "Collection", access: .scope(.read), parameters: [id],
        answers: [.json(200, "The rule.", CollectionSchemas.rule), unknown])

    fileprivate static let changeRule = Operation(
        .put, "/api/pattern-rules/{id}", "Change a rule; members that are absent stay", tag: "Collection",
        access: .scope(.write), parameters: [id], body: .json(CollectionSchemas.ruleWish),
        answers: [.json(200, "Changed.", CollectionSchemas.rule), unknown, builtIn, refused])

    fileprivate static let deleteRule = Operation(
        .delete, "/api/pattern-rules/{id}", "Delete a rule and its pictures; the images stay", tag: "Collection",
        access: .scope(.write), parameters: [id], answers: [.empty(204, "Deleted."), unknown, builtIn])

    fileprivate static let arrangeRules = Operation(
        .put, "/api/pattern-rules", "Order the rules, and switch all built-in ones", tag: "Collection",
        access: .scope(.write),
        body: .json(
            .closed([
                .optional("builtIn", .nullable(.words(["all", "none"]))),
                .optional(
                    "order", .nullable(.list(of: .string, 0...PatternRules.most)),
                    about: "Every id that is not built in, once."),
            ])),
        answers: [
            .json(200, "All rules, as they stand now.", CollectionSchemas.rules),
            .problem(422, "`order` lacks a rule or names one that is not there; nothing was changed."),
        ], maxBodyBytes: 2 << 20)

    fileprivate static func putRulePicture(_ limit: Int64) -> Operation {
        var operation = putPicture(
            "/api/pattern-rules/{id}/images/{side}", "Make a picture the rule's for a side", [id, side], limit)
        operation.answers.append(builtIn)
        return operation
    }

    fileprivate static let deleteRulePicture = Operation(
        .delete, "/api/pattern-rules/{id}/images/{side}", "Take the rule's picture of a side away; the image stays",
        tag: "Collection", access: .scope(.write), parameters: [id, side],
        answers: [.empty(204, "Taken away."), .problem(404, "There is no such rule, side or picture."), builtIn])

    fileprivate static let matchRules = Operation(
        .post, "/api/pattern-rules/match", "Which rule matches each name, and why", tag: "Collection",
        access: .scope(.read),
        body: .json(
            .closed([
                SchemaField("names", .list(of: .string, 0...MatchOrder.most)), .optional("all", .nullable(.boolean)),
            ])),
        answers: [.json(200, "In the order of the names.", CollectionSchemas.matches), undecided],
        maxBodyBytes: 8 << 20)

    fileprivate static let promote = Operation(
        .post, "/api/items/{uuid}/promote", "Make an item's photo the picture of a new rule", tag: "Collection",
        access: .scope(.write), parameters: [itemUUID], body: .json(CollectionSchemas.promotion),
        answers: [
            .json(201, "The rule; the item's own photos are gone.", CollectionSchemas.rule),
            .problem(404, "There is no such item or image."), .problem(409, "There is no picture to promote."), refused,
        ])

    fileprivate static let demote = Operation(
        .post, "/api/pattern-rules/{id}/demote", "Take a promotion back: the photos are the item's own again",
        tag: "Collection", access: .scope(.write), parameters: [id],
        answers: [
            .json(200, "What became of each side.", CollectionSchemas.demotion), unknown,
            .problem(409, "The rule was not made by a promotion, or is built in."),
        ])
}
