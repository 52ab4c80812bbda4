import AgBase
import AgContract
import AgHTTP
import AgLibrary
import AgModel

/// Pictures in, as a form of up to ten files.
package enum UploadRoutes: ServerPart {
    package static func addRoutes(to book: inout RouteBook, _ site: ServerSite) {
        let uploads = site.library.uploads
        let answer = ImageAnswer(links: site.links)
        // All files of one form at their limit, the fields that are skipped, and the form's own lines.
        let mostBytes = Int64(UploadForm.mostFiles) * uploads.limit + Int64(UploadForm.mostSkipped) + 3 << 20
        book.on(.upload(maxBodyBytes: mostBytes)) { request, _ in
            let seat = try uploads.seat(for: request.caller)
            defer { withExtendedLifetime(seat) {} }
            let form = try await UploadForm.read(request, into: uploads)
            guard !form.accepted.isEmpty else { throw form.refusal }
            let outcomes = try await uploads.store(form.accepted, at: form.target)
            let isAnyNew = outcomes.contains(where: \.isNew)
            return try .answer(
                isAnyNew ? 201 : 200,
                API.UploadAnswer(images: outcomes.map { answer.upload($0) }, errors: form.errors.map { .init($0) }))
        }
    }
}

extension API.FileRefusal {
    fileprivate init(_ detail: Fault.Detail) {
        self.init(filename: detail.subject, code: detail.code, detail: detail.detail)
    }
}

extension Operation {
    fileprivate static func upload(maxBodyBytes: Int64) -> Operation {
        Operation(
            .post, "/api/images/upload", "Upload up to ten pictures", tag: "Images", access: .scope(.write),
            parameters: [.header("X-Session-Id", CommonSchemas.sessionID, "Links every picture to this session.")],
            body: .multipart(
                .object([
                    SchemaField(
                        "images", .list(of: .binary, 1...UploadForm.mostFiles),
                        about:
                            "1 to 10 files; `image`, `files` and `file` are taken too, each also as `images[]` or `images[0]`. A file in any other field is refused; other fields without a file are skipped."
                    ),
                    .optional("sessionId", CommonSchemas.sessionID),
                    .optional("fixedId", .uuid, about: "The id the one picture shall have."),
                    .optional(
                        "allowDamaged", .words(["0", "1", "true", "false"]),
                        about: "Take pictures that end too early, and flag them."),
                ])),
            answers: [
                .json(201, "At least one picture is new.", ImageSchemas.uploaded),
                .json(200, "All pictures were there already.", ImageSchemas.uploaded),
                .problem(409, "The fixed id shows other bytes."),
                .problem(413, "Too large."),
                .problem(415, "Not a multipart form, or with a Content-Encoding."),
                .problem(
                    422,
                    "No file was acceptable, there were more than ten, or a field has a name that was probably meant otherwise; `errors` says why."
                ),
                .problem(503, "The storage or the codecs do not work at the moment."),
                .problem(507, "The storage is full."),
            ],
            maxBodyBytes: maxBodyBytes)
    }
}
