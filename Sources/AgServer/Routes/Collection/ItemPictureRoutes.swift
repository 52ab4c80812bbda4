import AgBase
import AgHTTP
import AgImaging
import AgLibrary
import AgModel

/// Which pictures stand for items, and their photos.
func addItemPictureRoutes(to book: inout RouteBook, _ library: Library, publicURL: String?) {
    let collection = library.collection
    let links = Links(publicURL: publicURL)
    let pictures = SidePictures(library, links)
    book.on(.sides) { request, parameters in
        let explains = try QueryReader(request).flag("explain")
        let sides = try await collection.resolutions.resolve(try parameters.itemUUID(), explaining: explains)
        return .answer(200, SideAnswer(links: links, explains: explains).json(sides))
    }
    book.on(.legacy) { _, parameters in
        let found = try await collection.resolutions.legacy(try parameters.itemUUID())
        return .answer(
            200, ["catalogId": .optional(found?.catalogID), "source": .optional(found?.source.rawValue)])
    }
    book.on(.resolve) { request, _ in
        let order = try await request.decode(ResolveOrder.self, members: ["uuids"])
        let answers = try await collection.resolutions.resolve(all: order.uuids)
        let items = zip(order.uuids, answers).map { SideAnswer(links: links).json($0, $1) }
        return .answer(200, ["items": .array(items)])
    }
    book.on(.sidePicture) { request, parameters in
        let (uuid, side) = (try parameters.itemUUID(), try parameters.side())
        return try await pictures.show(try await collection.resolutions.resolve(uuid)[side], uuid, side, request)
    }
    book.on(.putPhoto(library.uploads.limit)) { request, parameters in
        let (uuid, side) = (try parameters.itemUUID(), try parameters.side())
        return try await pictures.take(
            request, store: { try await collection.photos.put($0, on: uuid, side) },
            link: { try await collection.photos.put($0, on: uuid, side) })
    }
    book.on(.deletePhoto) { _, parameters in
        try await collection.photos.remove(from: try parameters.itemUUID(), try parameters.side())
        return HTTPResponse(204)
    }
}

private struct ResolveOrder: Decodable {
    let uuids: [String]
}

/// One side's answer, as clients see it.
struct SideAnswer {
    let links: Links
    var explains = false

    func json(_ sides: Sides<Resolutions.Side>) -> JSONValue {
        ["obverse": json(sides.obverse), "reverse": json(sides.reverse)]
    }

    private func json(_ side: Resolutions.Side) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init(name: "source", value: .string(side.resolution.source.rawValue)),
            .init(name: "url", value: .optional(url(side))),
            .init(name: "imageId", value: .optional(side.image?.id.text)),
        ]
        if case .pattern(_, let rule) = side.resolution { members.append(.init(name: "ruleId", value: .string(rule))) }
        if explains {
            let tiers = side.tiers.map { tier -> JSONValue in
                [
                    "tier": .string(tier.tier.rawValue), "hit": .bool(tier.isHit), "reason": .string(tier.reason),
                ]
            }
            members.append(.init(name: "tiers", value: .array(tiers)))
        }
        return .object(members)
    }

    private func url(_ side: Resolutions.Side) -> String? {
        if case .catalog(let url) = side.resolution { return url }
        return side.image.map { links.original($0.id, generation: $0.generation) }
    }

    /// One item of many.
    func json(_ uuid: String, _ answer: Resolutions.Answer) -> JSONValue {
        switch answer {
        case .success(let sides):
            return ["uuid": .string(uuid), "obverse": json(sides.obverse), "reverse": json(sides.reverse)]
        case .failure(let fault):
            return ["uuid": .string(uuid), "error": ["code": .string(fault.code), "detail": .string(fault.message)]]
        }
    }
}

extension Operation {
    private static let side = OperationParameter.path("side", .words(ItemSide.allCases.map(\.rawValue)), "The side.")
    private static let unknown = OperationAnswer.problem(404, "There is no such item or side.")

    fileprivate static let sides = Operation(
        .get, "/api/items/{uuid}/images", "Which picture stands for each side of an item", tag: "Collection",
        access: .scope(.read),
        parameters: [itemUUID, .query("explain", .words(["0", "1"]), "Adds `tiers`: what each source has, and why.")],
        answers: [.json(200, "Both sides.", CollectionSchemas.sides), unknown, undecided])

    fileprivate static let legacy = Operation(
        .get, "/api/items/{uuid}/images/legacy",
        "The older answer for a whole item: its obverse, without the catalogue",
        tag: "Collection", access: .scope(.read), parameters: [itemUUID],
        answers: [.json(200, "Both null for none.", CollectionSchemas.legacy), unknown, undecided])

    static let undecided = OperationAnswer.problem(
        422, "A rule's pattern needs more steps than it may take (`pattern-limit`).")

    fileprivate static let resolve = Operation(
        .post, "/api/items/images/resolve", "Which pictures stand for both sides of many items", tag: "Collection",
        access: .scope(.read),
        body: .json(.closed([SchemaField("uuids", .list(of: .string, 0...Resolutions.most))])),
        answers: [
            .json(
                200, "In the order of the uuids; `error` for an item that has no answer.", CollectionSchemas.resolved),
            undecided,
        ], maxBodyBytes: 8 << 20)

    fileprivate static let sidePicture = Operation(
        .get, "/api/items/{uuid}/images/{side}", "The picture of a side, whichever wins", tag: "Collection",
        access: .scope(.read),
        parameters: [
            itemUUID, side,
            .query("variant", .string, "thumbnail, small.webp and so on; without it, the bytes as they were uploaded."),
        ],
        answers: [
            .bytes(200, "A photo's or a rule's picture.", PictureFormat.allCases.map(\.mediaType)),
            .bytes(206, "A range of it.", PictureFormat.allCases.map(\.mediaType)), .empty(304, "Not changed."),
            .problem(202, "Being made; ask again after Retry-After seconds."),
            .empty(302, "The catalogue's picture is there."), .problem(404, "There is no such item, side, or picture."),
            .problem(410, "The bytes were lost."), .problem(412, "`If-Match` or its kin want other content."),
            .problem(416, "The range lies outside."), undecided,
            .problem(503, "Too many files are on their way to this caller; ask again after Retry-After."),
        ])

    fileprivate static func putPhoto(_ limit: Int64) -> Operation {
        putPicture(
            "/api/items/{uuid}/images/{side}", "Make a picture the item's photo of a side", [itemUUID, side], limit)
    }

    /// A call that brings a picture for one side.
    static func putPicture(
        _ path: String, _ summary: String, _ parameters: [OperationParameter], _ limit: Int64
    ) -> Operation {
        Operation(
            .put, path, summary, tag: "Collection", access: .scope(.write), parameters: parameters,
            body: .raw(),
            answers: [
                .json(201, "Its bytes are new.", CollectionSchemas.linked),
                .json(
                    200, "Its bytes were here already, or an image was named by JSON: `{\"imageId\":…}`.",
                    CollectionSchemas.linked),
                unknown, .problem(413, "Too large."), .problem(422, "The content is no picture that is taken."),
                .problem(503, "The storage or the codecs do not work at the moment."),
                .problem(507, "The storage is full."),
            ], maxBodyBytes: limit + Int64(UploadForm.mostSkipped) + 64 << 10)
    }

    fileprivate static let deletePhoto = Operation(
        .delete, "/api/items/{uuid}/images/{side}", "Take the item's own photo of a side away; the image stays",
        tag: "Collection", access: .scope(.write), parameters: [itemUUID, side],
        answers: [.empty(204, "Taken away."), .problem(404, "There is no such item, side or photo.")])
}
