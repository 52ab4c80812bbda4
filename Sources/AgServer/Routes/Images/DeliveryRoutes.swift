import AgBase
import AgContract
import AgHTTP
import AgImaging
import AgLibrary
import AgModel

/// Pictures' bytes: with a token, or with a signature in the URL.
package enum DeliveryRoutes: ServerPart {
    package static func addRoutes(to book: inout RouteBook, _ site: ServerSite) {
        let (library, links) = (site.library, site.links)
        let (delivery, images) = (library.delivery, library.images)
        let desk = DeliveryDesk(delivery: delivery, signedURLs: library.signedURLs)
        book.on(.thumbnail) { request, parameters in
            try await desk.answer(request, parameters["id"]) { id, _ in
                try await delivery.variant(.thumbnail, of: id)
            }
        }
        book.on(.original) { request, parameters in
            try await desk.answer(request, parameters["id"]) { id, _ in try await delivery.original(id) }
        }
        book.on(.variant) { request, parameters in
            let name = try VariantRequest(parameters["variant"], request)
            var response = try await desk.answer(request, parameters["id"]) { id, _ in
                switch name {
                case .named(let variant): try await delivery.variant(variant, of: id)
                case .negotiated(let size, let formats):
                    try await delivery.variant(size, in: formats, of: id)
                }
            }
            if case .negotiated = name { response.headers.add("Vary", "Accept") }
            return response
        }
        book.on(.sign) { request, parameters in
            let order = try await request.decode(API.SignRequest.self)
            let image = try await images.image(parameters["id"])
            return try .answer(200, order.answer(image, library.signedURLs, links, library.renders.settings))
        }
        addRenderRoutes(to: &book, library.renders, desk)
    }
}

/// A variant as a path names it: `small.webp`, or `small` with the format left to the request.
private enum VariantRequest {
    case named(VariantName)
    case negotiated(VariantSize, [VariantFormat])

    init(_ text: String, _ request: HTTPRequest) throws {
        if let size = VariantSize(rawValue: text) {
            self = .negotiated(size, AcceptedFormat.all(request.headers.all("accept")))
        } else if let name = VariantName(text), name != .thumbnail {
            self = .named(name)
        } else {
            throw Fault(
                .notFound, "no-such-variant",
                "There is no variant '\(text.excerpt(40))'; there are small, medium and large, each as .webp and .avif."
            )
        }
    }
}

extension Operation {
    static let imageID = OperationParameter.path("id", .uuid, "The image's id.")
    private static let version = OperationParameter.query(
        "v", .string,
        "The image's generation: lets the answer be cached for ever. Any other text does not, and no more.")
    private static let range = OperationParameter.header("Range", .string, "One range of bytes.")

    /// A route that answers with a picture's bytes.
    static func bytes(
        _ path: String, _ summary: String, _ types: [String], _ more: [OperationParameter] = [],
        problems: [OperationAnswer] = []
    ) -> Operation {
        Operation(
            .get, path, summary, tag: "Pictures", access: .scopeOrHandler(.read),
            parameters: [imageID] + more + [version, range],
            answers: [
                .bytes(200, "The bytes.", types), .bytes(206, "The range.", types), .empty(304, "Not changed."),
                .problem(202, "Being made; ask again after Retry-After seconds."),
                .problem(403, "The URL's signature is wrong or has expired."),
                .problem(404, "There is no such image or variant."),
                .problem(412, "`If-Match` or its kin want other content."),
                .problem(416, "The range lies outside."),
                .problem(503, "Too many files are on their way to this caller; ask again after Retry-After."),
            ] + problems,
            crossOrigin: .ownAuthorityWhenSigned)
    }

    fileprivate static let thumbnail = bytes(
        "/api/images/{id}/thumbnail", "150x150 pixels from the middle", ["image/webp"])

    fileprivate static let original = bytes(
        "/api/images/{id}/original", "The bytes as they were uploaded", PictureFormat.allCases.map(\.mediaType),
        problems: [.problem(410, "The bytes were lost; upload the same file again.")])

    fileprivate static let variant = bytes(
        "/api/images/{id}/variants/{variant}", "A size, in a named or a negotiated format",
        ["image/webp", "image/avif"],
        [.path("variant", .string, "small, medium or large, alone or with .webp or .avif.")])

    fileprivate static let sign = Operation(
        .post, "/api/images/{id}/sign", "Make a URL that works without a token for a while", tag: "Pictures",
        access: .scope(.write), parameters: [imageID],
        body: .json(
            .closed([
                SchemaField("variant", .string, about: "original, thumbnail, small, small.webp, …, or render."),
                .optional(
                    "expiresIn", .nullable(.integer(minimum: 1, maximum: 604_800)), about: "Seconds, 3600 by default."),
                .optional("w", .nullable(renderSide), about: "This and the following for `render` alone."),
                .optional("h", .nullable(renderSide)),
                .optional("fit", .nullable(.words(RenderFit.allCases.map(\.rawValue)))),
                .optional("format", .nullable(.words(RenderWish.formats.map(\.rawValue)))),
                .optional("q", .nullable(.integer(minimum: 1, maximum: 100))),
            ])),
        answers: [
            .json(200, "Signed.", .object([SchemaField("url", .string), SchemaField("expiresAt", .dateTime)])),
            .problem(404, "There is no such image."), .problem(422, "The variant, the time or a size is not allowed."),
        ])
}
