import AgBase
import AgContract
import AgHTTP
import AgImaging
import AgLibrary
import AgModel
import AgWire

/// Sealed pictures: their records, their aliases, and other bytes under the same id.
package enum SealedRoutes: ServerPart {
    package static func addRoutes(to book: inout RouteBook, _ site: ServerSite) {
        addSealedRoutes(to: &book, site.library, ImageAnswer(links: site.links))
        addPixstoreRoutes(to: &book, site.library.sealed)
    }
}

private func addSealedRoutes(to book: inout RouteBook, _ library: Library, _ answer: ImageAnswer) {
    book.on(.record) { request, parameters in try await record(request, parameters["id"], library.sealed) }
    book.on(.setAlias) { request, parameters in
        let id: ImageID = try parameters["id"]
        let order = try await request.decode(API.AliasRequest.self)
        try await library.images.setAlias(order.alias, of: id)
        return try .answer(200, API.ImageAlias(imageId: .init(id), alias: order.alias))
    }
    book.on(.setContent(library.uploads.limit)) { request, parameters in
        let id: ImageID = try parameters["id"]
        // Before the body, which may be long.
        _ = try await library.images.image(id)
        let seat = try library.uploads.seat(for: request.caller)
        defer { withExtendedLifetime(seat) {} }
        let accepted = try await library.uploads.receive(request.body, for: request.caller)
        let outcome = try await library.uploads.store([accepted], at: UploadTarget(replaced: id))[0]
        return try .answer(200, answer.summary(outcome.image, outcome.status))
    }
}

private func record(_ request: HTTPRequest, _ name: String, _ sealed: Sealed) async throws -> HTTPResponse {
    let version = WireVersion(header: request.headers[wireHeader])
    guard version != .unknown else {
        throw Fault(.badRequest, "unknown-wire-version", "The header \(wireHeader) takes 1, or is left out.")
    }
    let word = try QueryReader(request).word("variant", of: [originalWord] + Sealed.variants)
    do {
        let record = try await sealed.record(of: name, variant: word == originalWord ? nil : word)
        var response = HTTPResponse.answer(200, version == .argentum ? record.json : record.record.json)
        response.headers["Cache-Control"] = "no-store"
        return response
    } catch let notReady as NotReady {
        return .notReady(notReady, for: request)
    }
}

private let originalWord = "original"
/// Asks for Argentum's own wire.
let wireHeader = "x-argentum-wire"

extension Operation {
    private static let unknown = OperationAnswer.problem(404, "There is no such image.")

    fileprivate static let record = Operation(
        .get, "/api/images/{id}/record", "What a client needs to fetch and open a picture sealed",
        tag: "Sealed pictures",
        access: .scope(.read),
        parameters: [
            .path("id", .string, "The image's id, or its alias."),
            .query(
                "variant", .words([originalWord] + Sealed.variants), "What of the image; the original by default."),
            .header(wireHeader, .words(["1"]), "Adds `argentum`, by which a client can check the record."),
        ],
        answers: [
            .json(
                200, "The record. Who has it can open the picture, and fetch it for a while.",
                .object([
                    SchemaField("id", .string), SchemaField("token", .count),
                    SchemaField(
                        "meta",
                        .object([
                            SchemaField("key", .formatted("byte")), SchemaField("iv", .formatted("byte")),
                            SchemaField("tag", .formatted("byte")),
                        ])),
                    SchemaField("statelessProof", .string),
                    .optional(
                        "argentum",
                        .object([
                            SchemaField("wire", .count), SchemaField("key", .formatted("byte")),
                            SchemaField("head", .formatted("byte")), SchemaField("server", .formatted("byte")),
                        ])),
                ])),
            .problem(202, "The variant is being made; ask again after Retry-After seconds."),
            unknown, .problem(410, "The bytes were lost; upload the same file again."),
        ])

    fileprivate static let setAlias = Operation(
        .put, "/api/images/{id}/alias", "Give an image another name for sealed delivery", tag: "Sealed pictures",
        access: .scope(.write), parameters: [imageID],
        body: .json(
            .closed([
                SchemaField(
                    "alias", .text(1...256),
                    about: "In the place of the one it had, such as `coins:mjuohsv701pftq5b`; null takes it away.")
            ])),
        answers: [
            .json(200, "Done.", .object([SchemaField("imageId", .uuid), SchemaField("alias", .nullable(.string))])),
            unknown, .problem(409, "Another image has it."), .problem(422, "It cannot be an alias."),
        ])

    fileprivate static func setContent(_ limit: Int64) -> Operation {
        Operation(
            .put, "/api/images/{id}/content", "Show other bytes under the same id", tag: "Images",
            access: .scope(.write), parameters: [imageID], body: .raw(),
            answers: [
                .json(200, "The image as it is now; its variants are being made again.", ImageSchemas.image), unknown,
                .problem(413, "Too large."), .problem(422, "The content is no picture that is taken here."),
                .problem(503, "The storage or the codecs do not work at the moment."),
                .problem(507, "The storage is full."),
            ],
            maxBodyBytes: limit)
    }
}
