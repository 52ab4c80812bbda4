import AgBase
import AgHTTP
import AgLibrary
import AgModel

/// All calls of the collection.
package enum CollectionRoutes: ServerPart {
    package static func addRoutes(to book: inout RouteBook, _ site: ServerSite) {
        addItemRoutes(to: &book, site.library.collection.items, gates: site.gates)
        addItemPictureRoutes(to: &book, site.library, publicURL: site.publicURL)
        addRuleRoutes(to: &book, site.library, publicURL: site.publicURL, gates: site.gates)
    }
}

/// Items of the collection: one at a time, in lists, and as a whole inventory.
func addItemRoutes(to book: inout RouteBook, _ items: Items, gates: ReadGates) {
    let imports = FairGate(slots: 1, seats: 16)
    book.on(.listItems) { request, _ in try await list(request, items, gates) }
    book.on(.createItem) { request, _ in
        let item = try await items.create(try ItemDocument(try await request.json()))
        return answer(201, item, headers: ["Location": "/api/items/\(PathText.escaped(item.uuid.text))"])
    }
    book.on(.item) { request, parameters in
        let item = try await items.item(try parameters.itemUUID())
        return content(
            of: DeliveredContent(
                .bytes(Array(item.text.utf8)), tag: "\(item.revision)", contentType: "application/json",
                cacheControl: "private, no-cache"), for: request)
    }
    book.on(.putItem) { request, parameters in
        let document = try ItemDocument(try await request.json(), uuid: try parameters.itemUUID())
        let put = try await items.put(document, condition(request))
        return answer(put.isNew ? 201 : 200, put.item)
    }
    book.on(.patchItem) { request, parameters in
        let patch = try await request.json(types: ["application/json", "application/merge-patch+json"])
        return answer(200, try await items.merge(patch, into: try parameters.itemUUID(), condition(request)))
    }
    book.on(.deleteItem) { request, parameters in
        try await items.delete(try parameters.itemUUID(), condition(request))
        return HTTPResponse(204)
    }
    book.on(.importItems) { request, _ in
        // The bytes and their values take memory many times over: one inventory at a time.
        try await imports.pass(request.caller) { try await importAll(request, items) }
    }
}

private func condition(_ request: HTTPRequest) -> Items.Condition {
    let condition = WriteCondition(request)
    return { revision in try condition.check(revision.map { EntityTag("\($0)") }) }
}

private func answer(_ status: Int, _ item: Items.Stored, headers: HTTPHeaders = [:]) -> HTTPResponse {
    var response = HTTPResponse.json(status, bytes: Array(item.text.utf8))
    response.headers.add("ETag", EntityTag("\(item.revision)").description)
    response.headers.addMissing(headers)
    return response
}

private func list(_ request: HTTPRequest, _ items: Items, _ gates: ReadGates) async throws -> HTTPResponse {
    let query = QueryReader(request)
    let order =
        try query.word("sort", of: ItemFilter.Order.allCases.map(\.rawValue)).flatMap(ItemFilter.Order.init(rawValue:))
        ?? .name
    let direction = try query.word("order", of: ["asc", "desc"])
    let filter = ItemFilter(
        search: try query.text("q").flatMap { $0.isEmpty ? nil : $0 }, tag: try query.text("tag"),
        catalogID: try query.text("catalogId"), order: order, isDescending: direction.map { $0 == "desc" })
    let limit = try query.int("limit", in: 1...200, default: 50)
    let cursor = try query.text("cursor").map { text in
        guard let cursor = ItemCursor(text, of: order) else {
            throw QueryReader.refuse("cursor", "the `next` of an earlier page in the same order", text)
        }
        return cursor
    }
    let page = try await gates.read(request.caller) { try await items.list(filter, limit: limit, after: cursor) }
    // The items' own texts: nothing of them is read and written anew.
    var text = "{\"items\":[\(page.items.map(\.text).joined(separator: ","))],\"next\":"
    text += JSONValue.optional(page.next?.text).text + "}"
    return .json(200, bytes: Array(text.utf8))
}

private func importAll(_ request: HTTPRequest, _ items: Items) async throws -> HTTPResponse {
    guard let array = try await request.json(within: .seconds(300)).array else {
        throw Fault(.unprocessable, "not-an-array", "An inventory must be a JSON array of items.")
    }
    let outcomes = try await items.importAll(array)
    return .answer(200, ["items": .array(outcomes.map(\.json))])
}

extension Items.Imported {
    fileprivate var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init(name: "uuid", value: .optional(uuid?.text)), .init(name: "outcome", value: .string(outcome.word)),
        ]
        if case .refused(let code, let detail) = outcome {
            members.append(.init(name: "code", value: .string(code)))
            members.append(.init(name: "detail", value: .string(detail)))
        }
        return .object(members)
    }
}

extension PathParameters {
    /// Throws `Fault` 404 for what no item can be called.
    func itemUUID() throws -> ItemUUID {
        let text: String = try self["uuid"]
        guard let uuid = ItemUUID(text) else {
            throw Fault(.notFound, "no-such-item", "There is no item of that name.")
        }
        return uuid
    }

    /// Throws `Fault` 404 `no-such-side`.
    func side() throws -> ItemSide {
        let text: String = try self["side"]
        guard let side = ItemSide(rawValue: text) else {
            throw Fault(
                .notFound, "no-such-side", "There is no side '\(text.excerpt(40))'; there are obverse and reverse.")
        }
        return side
    }
}

/// Text as a segment of a path.
enum PathText {
    /// Percent-encodes all but the unreserved characters of RFC 3986.
    static func escaped(_ text: String) -> String {
        text.utf8.reduce(into: "") { out, byte in
            switch byte {
            case 48...57, 65...90, 97...122, 45, 46, 95, 126: out.unicodeScalars.append(Unicode.Scalar(byte))
            default: out += "%" + Hex.encode([byte]).uppercased()
            }
        }
    }
}

extension Operation {
    static let itemUUID = OperationParameter.path("uuid", CollectionSchemas.itemUUID, "The item's own name.")
    private static let match = OperationParameter.header("If-Match", .string, "The entity tag that the item must have.")
    private static let unknown = OperationAnswer.problem(404, "There is no such item.")
    private static let stale = OperationAnswer.problem(412, "The item has another entity tag; nothing was changed.")
    private static let refused = OperationAnswer.problem(422, "The item is not one that is taken; `code` says why.")
    private static let maxItemBytes = Int64(ItemDocument.mostBytes) + 64 << 10

    fileprivate static let listItems = Operation(
        .get, "/api/items", "List items", tag: "Collection", access: .scope(.read),
        parameters: [
            .query("q", .string, "Words that begin words of the name, the notes or the tags."),
            .query("tag", .string, "Only items with this tag."),
            .query("catalogId", .string, "Only items with this catalogue number."),
            .query("sort", .words(ItemFilter.Order.allCases.map(\.rawValue)), "By `name` unless said otherwise."),
            .query("order", .words(["asc", "desc"]), "`asc` for names, `desc` for moments unless said otherwise."),
            .query("limit", .integer(minimum: 1, maximum: 200), "Items per page, 50 by default."),
            .query("cursor", .string, "The `next` of an earlier page in the same order."),
        ],
        answers: [.json(200, "A page.", CollectionSchemas.itemPage), .problem(400, "A query value is not allowed.")])

    fileprivate static let createItem = Operation(
        .post, "/api/items", "Add an item", tag: "Collection", access: .scope(.write),
        body: .json(CollectionSchemas.item),
        answers: [
            .json(201, "Added; the item as it is kept.", CollectionSchemas.item),
            .problem(409, "There is an item of this uuid."), refused,
        ], maxBodyBytes: maxItemBytes)

    fileprivate static let item = Operation(
        .get, "/api/items/{uuid}", "One item, as it was written", tag: "Collection", access: .scope(.read),
        parameters: [itemUUID],
        answers: [
            .json(200, "The item; its entity tag is for If-Match.", CollectionSchemas.item),
            .empty(304, "Not changed."), unknown, stale,
        ])

    fileprivate static let putItem = Operation(
        .put, "/api/items/{uuid}", "Write an item anew, or add it", tag: "Collection", access: .scope(.write),
        parameters: [itemUUID, match], body: .json(CollectionSchemas.item),
        answers: [
            .json(200, "Written.", CollectionSchemas.item), .json(201, "Added.", CollectionSchemas.item), stale,
            refused,
        ], maxBodyBytes: maxItemBytes)

    fileprivate static let patchItem = Operation(
        .patch, "/api/items/{uuid}", "Change some members of an item (JSON merge patch)", tag: "Collection",
        access: .scope(.write), parameters: [itemUUID, match], body: .json(.anyObject),
        answers: [.json(200, "Changed.", CollectionSchemas.item), unknown, stale, refused],
        maxBodyBytes: maxItemBytes)

    fileprivate static let deleteItem = Operation(
        .delete, "/api/items/{uuid}", "Delete an item and the links to its photos; the images stay", tag: "Collection",
        access: .scope(.write), parameters: [itemUUID, match], answers: [.empty(204, "Deleted."), unknown, stale])

    fileprivate static let importItems = Operation(
        .post, "/api/items/import", "Take an inventory in: each item whole or not at all", tag: "Collection",
        access: .scope(.write), body: .json(.array(.anyObject)),
        answers: [
            .json(200, "What became of each element, in order.", CollectionSchemas.importOutcome),
            .problem(422, "The body is no array, or has too many elements."),
            .problem(503, "Too many inventories wait; ask again after Retry-After."),
        ], maxBodyBytes: 64 << 20)
}
