import AgBase
import AgHTTP
import AgImaging
package import AgLibrary
import AgModel

/// Pictures' bytes: with a token, or with a signature in the URL.
package func addDeliveryRoutes(to book: inout RouteBook, _ library: Library, publicURL: String?) {
    let desk = DeliveryDesk(delivery: library.delivery, signedURLs: library.signedURLs)
    book.on(.thumbnail) { request, parameters in
        try await desk.answer(request, parameters["id"]) { try await library.delivery.variant(.thumbnail, of: $0) }
    }
    book.on(.original) { request, parameters in
        try await desk.answer(request, parameters["id"]) { try await library.delivery.original($0) }
    }
    book.on(.variant) { request, parameters in
        let name = try VariantRequest(parameters["variant"], request)
        var response = try await desk.answer(request, parameters["id"]) {
            try await library.delivery.variant(name.variant, of: $0)
        }
        if name.isNegotiated { response.headers.add("Vary", "Accept") }
        return response
    }
    book.on(.sign) { request, parameters in
        let order = try await request.decode(SignOrder.self, members: ["variant", "expiresIn"])
        let image = try await library.images.image(parameters["id"])
        return .answer(200, try order.answer(image, library.signedURLs, Links(publicURL: publicURL)))
    }
}

/// A variant as a path names it: `small.webp`, or `small` with the format left to the request.
private struct VariantRequest {
    let variant: VariantName
    let isNegotiated: Bool

    init(_ text: String, _ request: HTTPRequest) throws {
        if let size = VariantSize(rawValue: text) {
            variant = .sized(size, AcceptedFormat.of(request.headers.all("accept")))
            isNegotiated = true
        } else if let name = VariantName(text), name != .thumbnail {
            variant = name
            isNegotiated = false
        } else {
            throw Fault(
                .notFound, "no-such-variant",
                "There is no variant '\(text.prefix(40))'; there are small, medium and large, each as .webp and .avif.")
        }
    }
}

private struct SignOrder: Decodable {
    let variant: String
    /// Seconds.
    let expiresIn: Int?

    func answer(_ image: Image, _ urls: SignedURLs, _ links: Links) throws -> JSONValue {
        let longest = Int(SignedURLs.longestLife.inSeconds)
        let seconds = expiresIn ?? 3_600
        guard 1...longest ~= seconds else {
            throw Fault(
                .unprocessable, "invalid-body", "`expiresIn` must be between 1 and \(longest) seconds, not \(seconds).")
        }
        let path = try path(image.id)
        let signed = urls.sign(path: path, items: [.init("v", "\(image.generation)")], lives: .seconds(seconds))
        return ["url": .string(links.absolute("\(path)?\(signed.query)")), "expiresAt": .time(signed.expiresAt)]
    }

    private func path(_ id: ImageID) throws -> String {
        if variant == "original" { return "\(Links.imagePath(id))/original" }
        if let size = VariantSize(rawValue: variant) { return "\(Links.imagePath(id))/variants/\(size.rawValue)" }
        guard let name = VariantName(variant) else {
            throw Fault(
                .unprocessable, "no-such-variant",
                "There is no variant '\(variant.prefix(40))'; use original, thumbnail, small, medium, large, or a size with .webp or .avif."
            )
        }
        return Links.path(of: name, id)
    }
}

extension Operation {
    private static let id = OperationParameter.path("id", .uuid, "The image's id.")
    private static let version = OperationParameter.query(
        "v", .string,
        "The image's generation: lets the answer be cached for ever. Any other text does not, and no more.")
    private static let range = OperationParameter.header("Range", .string, "One range of bytes.")

    private static func bytes(
        _ path: String, _ summary: String, _ types: [String], _ more: [OperationParameter] = [],
        problems: [OperationAnswer] = []
    ) -> Operation {
        Operation(
            .get, path, summary, tag: "Pictures", access: .scopeOrHandler(.read),
            parameters: [id] + more + [version, range],
            answers: [
                .bytes(200, "The bytes.", types), .bytes(206, "The range.", types), .empty(304, "Not changed."),
                .problem(202, "Being made; ask again after Retry-After seconds."),
                .problem(403, "The URL's signature is wrong or has expired."),
                .problem(404, "There is no such image or variant."),
                .problem(412, "`If-Match` or its kin want other content."),
                .problem(416, "The range lies outside."),
            ] + problems)
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
        access: .scope(.write), parameters: [id],
        body: .json(
            .closed([
                SchemaField("variant", .string, about: "original, thumbnail, small, small.webp, …"),
                .optional(
                    "expiresIn", .nullable(.integer(minimum: 1, maximum: 604_800)), about: "Seconds, 3600 by default."),
            ])),
        answers: [
            .json(200, "Signed.", .object([SchemaField("url", .string), SchemaField("expiresAt", .dateTime)])),
            .problem(404, "There is no such image."), .problem(422, "The variant or the time is not allowed."),
        ])
}
