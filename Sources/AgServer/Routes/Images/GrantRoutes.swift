import AgBase
import AgContract
import AgCrypto
import AgHTTP
import AgImaging
import AgLibrary
import AgModel

/// One-time upload URLs: made with a token, used without one.
package enum GrantRoutes: ServerPart {
    package static func addRoutes(to book: inout RouteBook, _ site: ServerSite) {
        let library = site.library
        let links = site.links
        book.on(.makeGrant) { request, _ in
            let order = try await request.decode(API.UploadURLRequest.self, orEmpty: .init())
            let made = try await library.grants.make(
                try order.request(), by: request.attached(Credential.self)?.origin,
                session: request.attached(Authority.self)?.session)
            let path = "/api/uploads/\(made.grant.id)?key=\(made.secret)"
            let url = API.UploadURL(
                uploadId: .init(made.grant.id), uploadUrl: links.absolute(path), expiresAt: .init(made.grant.expiresAt))
            return try .answer(201, url)
        }
        let tus = TusDesk(library, links)
        for operation in [Operation.useGrant(.post, library.uploads.limit), .useGrant(.put, library.uploads.limit)] {
            book.on(operation) { request, parameters in
                if TusDesk.isMeant(request), operation.method == .post {
                    return try await tus.create(request, parameters["uploadId"])
                }
                return try await receive(request, parameters["uploadId"], library, ImageAnswer(links: links))
            }
        }
        addTusRoutes(to: &book, tus, limit: library.uploads.limit)
    }
}

/// Takes the raw body of an upload URL.
private func receive(
    _ request: HTTPRequest, _ id: UploadGrantID, _ library: Library, _ answer: ImageAnswer
) async throws -> HTTPResponse {
    let grant = try await library.grants.grant(id, secret: try request.query["key"] ?? "")
    let seat = try library.grants.seat(for: grant)
    let place = try library.uploads.seat(for: grant.caller)
    defer { withExtendedLifetime((seat, place)) {} }
    let accepted = try await library.grants.counting(grant) {
        let accepted = try await library.uploads.receive(
            request.body, filename: grant.filename, limit: grant.maxBytes, for: grant.caller)
        try library.grants.check(accepted, against: grant)
        return accepted
    }
    let target = UploadTarget(sessionID: grant.sessionID, grant: grant.id)
    let outcome = try await library.uploads.store([accepted], at: target)[0]
    return try .answer(outcome.isNew ? 201 : 200, answer.grantUpload(outcome))
}

extension API.UploadURLRequest {
    fileprivate func request() throws -> UploadGrantRequest {
        var digest: SHA256Digest?
        if let sha256 {
            guard let value = SHA256Digest(hex: sha256) else {
                throw Fault(.unprocessable, "invalid-body", "`sha256` must be 64 hexadecimal digits.")
            }
            digest = value
        }
        let longest = Int(UploadGrants.longestLife.inSeconds)
        guard 1...longest ~= expiresIn ?? 900 else {
            throw Fault(.unprocessable, "invalid-body", "`expiresIn` must be between 1 and \(longest) seconds.")
        }
        return UploadGrantRequest(
            maxBytes: maxBytes, contentType: contentType, sha256: digest, sessionID: sessionId,
            filename: filename.map { FileName.forDisplay($0) }.flatMap { $0.isEmpty ? nil : $0 },
            lives: .seconds(expiresIn ?? 900))
    }
}

extension Operation {
    fileprivate static let makeGrant = Operation(
        .post, "/api/uploads", "Make a one-time upload URL", tag: "Uploads", access: .scope(.write),
        body: .json(
            .closed([
                .optional("maxBytes", .nullable(.integer(minimum: 1, maximum: .max))),
                .optional(
                    "contentType", .nullable(.words(PictureFormat.allCases.map(\.mediaType))),
                    about: "The content must turn out to be this."),
                .optional(
                    "sha256", .nullable(.text(of: "0-9A-Fa-f", 64...64)), about: "The content must have this hash."),
                .optional("sessionId", .nullable(CommonSchemas.sessionID)), .optional("filename", .nullable(.string)),
                .optional(
                    "expiresIn", .nullable(.integer(minimum: 1, maximum: 86_400)), about: "Seconds, 900 by default."),
            ]), isRequired: false),
        answers: [
            .json(
                201, "Made. The URL carries its own authority.",
                .object([
                    SchemaField("uploadId", .uuid), SchemaField("uploadUrl", .string),
                    SchemaField("expiresAt", .dateTime),
                ])),
            .problem(
                422, "A member is not allowed, or unknown: a misspelt `sha256` must not make a URL that takes anything."
            ),
        ])

    fileprivate static func useGrant(_ method: HTTPMethod, _ limit: Int64) -> Operation {
        Operation(
            method, "/api/uploads/{uploadId}", "Upload one picture as a raw body", tag: "Uploads", access: .open,
            parameters: [
                .path("uploadId", .uuid, "The grant."), .query("key", .string, "The grant's secret."),
            ],
            body: .raw(),
            answers: [
                .json(201, "A new picture.", ImageSchemas.grantUpload),
                .json(200, "The picture was there already.", ImageSchemas.grantUpload),
                .problem(404, "There is no such URL."), .problem(409, "It has been used."),
                .problem(410, "It has expired, ended with its token, or got ten bodies that were refused."),
                .problem(413, "Too large."),
                .problem(429, "It is being used already, or too many requests."),
                .problem(503, "The storage or the codecs do not work at the moment."),
                .problem(507, "The storage is full."),
                .problem(422, "The content is no picture, or not the one that was announced."),
            ],
            maxBodyBytes: limit, crossOrigin: .ownAuthority)
    }
}
