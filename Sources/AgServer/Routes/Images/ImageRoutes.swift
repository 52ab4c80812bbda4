import AgBase
import AgContract
import AgHTTP
import AgImaging
import AgJobs
import AgLibrary
import AgModel

/// Looking at images, listing, deleting and making them again.
package enum ImageRoutes: ServerPart {
    package static func addRoutes(to book: inout RouteBook, _ site: ServerSite) {
        let (library, gates) = (site.library, site.gates)
        let images = library.images
        let answer = ImageAnswer(links: site.links)
        let statuses = StatusDesk(images, library.ground.events)
        book.on(.listImages) { request, _ in try await list(request, session: nil, images, answer, gates) }
        book.on(.listSession) { request, parameters in
            try await list(request, session: parameters["sessionId"], images, answer, gates)
        }
        for operation in [Operation.image, .details] {
            book.on(operation) { request, parameters in
                let details = try await images.details(parameters["id"])
                return try .answer(200, answer.details(details, showsPlace: request.mayWrite))
            }
        }
        book.on(.status) { request, parameters in try await statuses.answer(parameters["id"], request) }
        book.on(.deleteImage) { request, parameters in
            let query = QueryReader(request)
            if let session = try query.text("sessionId") {
                try await images.unlink(parameters["id"], from: session)
            } else {
                try await images.delete(parameters["id"], forced: try query.flag("force"))
            }
            return HTTPResponse(204)
        }
        book.on(.reprocess) { request, parameters in
            let order = try await request.decode(API.ReprocessRequest.self, orEmpty: .init())
            let ids = try await images.reprocess(parameters["id"], order.kinds())
            return try .answer(202, API.QueuedJobs(jobIds: ids.map { .init($0) }))
        }
    }
}

extension HTTPRequest {
    /// The place where a picture was taken is told only to those who may change pictures.
    fileprivate var mayWrite: Bool { attached(Credential.self)?.scope.covers(.write) ?? false }
}

private func list(
    _ request: HTTPRequest, session: String?, _ images: Images, _ answer: ImageAnswer,
    _ gates: ReadGates
) async throws -> HTTPResponse {
    let query = QueryReader(request)
    let filter = ImageFilter(
        status: try query.word("status", of: ImageStatus.allCases.map(\.rawValue)).flatMap {
            ImageStatus(rawValue: $0)
        },
        sessionID: try session ?? query.text("sessionId"), mediaType: try query.word("type", of: mediaTypes))
    let limit = try query.int("limit", in: 1...200, default: 50)
    let cursor = try cursor(query)
    let countsAll = try query.word("count", of: ["exact"]) != nil
    let page = try await gates.read(request.caller, countsAll: countsAll) {
        try await images.list(filter, limit: limit, after: cursor, countsAll: countsAll)
    }
    return try .answer(200, answer.page(page))
}

/// Those that we take: no picture has another one.
private let mediaTypes = PictureFormat.allCases.map(\.mediaType)

private func cursor(_ query: QueryReader) throws -> ImageCursor? {
    guard let text = try query.text("cursor") else { return nil }
    guard let cursor = ImageCursor(text) else {
        throw QueryReader.refuse("cursor", "the `next` of an earlier page", text)
    }
    return cursor
}

extension API.ReprocessRequest {
    fileprivate func kinds() throws -> [JobKind] {
        guard let only else { return [.generateVariants, .generateMetadata] }
        guard only.count <= 100 else { throw Fault(.unprocessable, "invalid-body", "`only` has more than 100 words.") }
        let kinds = try Set(only).sorted().map { word in
            switch word {
            case "variants": JobKind.generateVariants
            case "metadata": JobKind.generateMetadata
            default:
                throw Fault(
                    .unprocessable, "invalid-body", "`only` takes variants and metadata, not '\(word.excerpt())'.")
            }
        }
        guard !kinds.isEmpty else {
            throw Fault(.unprocessable, "invalid-body", "`only` is empty; leave it out to make everything again.")
        }
        return kinds
    }
}

extension Operation {
    private static let id = OperationParameter.path("id", .uuid, "The image's id.")
    private static let paging: [OperationParameter] = [
        .query("limit", .integer(minimum: 1, maximum: 200), "Images per page, 50 by default."),
        .query("cursor", .text(of: "A-Za-z0-9_-", 1...128), "The `next` of an earlier page."),
        .query("status", .words(ImageStatus.allCases.map(\.rawValue)), "Only images of this status."),
        .query("type", .words(mediaTypes), "Only images of this media type."),
        .query("count", .words(["exact"]), "Adds `total`, which costs more than the page."),
    ]
    private static let unknown = OperationAnswer.problem(404, "There is no such image.")

    fileprivate static let listImages = Operation(
        .get, "/api/images", "List images, newest first", tag: "Images", access: .scope(.read),
        parameters: paging + [.query("sessionId", CommonSchemas.sessionID, "Only images of this session.")],
        answers: [.json(200, "A page.", ImageSchemas.page), .problem(400, "A query value is not allowed.")])

    fileprivate static let listSession = Operation(
        .get, "/api/sessions/{sessionId}/images", "List a session's images, newest first", tag: "Images",
        access: .scope(.read), parameters: [.path("sessionId", CommonSchemas.sessionID, "The session.")] + paging,
        answers: [.json(200, "A page.", ImageSchemas.page), .problem(400, "A query value is not allowed.")])

    fileprivate static let image = Operation(
        .get, "/api/images/{id}", "All that is known of an image", tag: "Images", access: .scope(.read),
        parameters: [id], answers: [.json(200, "The image.", ImageSchemas.details), unknown])

    fileprivate static let details = Operation(
        .get, "/api/images/{id}/details", "All that is known of an image", tag: "Images", access: .scope(.read),
        parameters: [id], answers: [.json(200, "The image.", ImageSchemas.details), unknown])

    fileprivate static let status = Operation(
        .get, "/api/images/{id}/status", "How far an image is", tag: "Images", access: .scope(.read), parameters: [id],
        answers: [.json(200, "Its status and jobs.", ImageSchemas.progress), unknown])

    fileprivate static let deleteImage = Operation(
        .delete, "/api/images/{id}", "Delete an image, or take it out of a session", tag: "Images",
        access: .scope(.write),
        parameters: [
            id, .query("sessionId", CommonSchemas.sessionID, "Only unlink it from this session."),
            .query("force", .words(["1", "0"]), "Take it out of everything that uses it as well."),
        ],
        answers: [.empty(204, "Done."), unknown, .problem(409, "It is in use; `errors` names what uses it.")])

    fileprivate static let reprocess = Operation(
        .post, "/api/images/{id}/reprocess", "Make derived pictures and metadata again", tag: "Images",
        access: .scope(.write), parameters: [id],
        body: .json(
            .closed([
                .optional(
                    "only", .nullable(.list(of: .words(["variants", "metadata"]), 1...100)), about: "All, without it.")
            ]),
            isRequired: false),
        answers: [
            .json(202, "Queued.", .object([SchemaField("jobIds", .array(.uuid))])), unknown,
            .problem(422, "`only` names something else."),
        ])
}
