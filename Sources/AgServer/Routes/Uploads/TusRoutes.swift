import AgHTTP
import AgLibrary

/// The other methods of an upload URL.
func addTusRoutes(to book: inout RouteBook, _ tus: TusDesk, limit: Int64) {
    book.on(.uploadState) { request, parameters in try await tus.status(request, parameters["uploadId"]) }
    book.on(.uploadOffset) { request, parameters in try await tus.head(request, parameters["uploadId"]) }
    book.on(.uploadPiece(limit)) { request, parameters in try await tus.append(request, parameters["uploadId"]) }
    book.on(.endUpload) { request, parameters in try await tus.end(request, parameters["uploadId"]) }
    book.unlisted(.options, grantPath, .ownAuthority) { _, _ in tus.options() }
}

private let grantPath = "/api/uploads/{uploadId}"

extension Operation {
    private static let grantParameters: [OperationParameter] = [
        .path("uploadId", .uuid, "The grant."), .query("key", .string, "The grant's secret."),
    ]
    private static let version = OperationParameter.header(
        "Tus-Resumable", .words([TusDesk.version]), "The version of tus.")

    private static func upload(
        _ method: HTTPMethod, _ summary: String, _ more: [OperationParameter], body: OperationBody? = nil,
        _ answers: [OperationAnswer], maxBodyBytes: Int64 = 0
    ) -> Operation {
        Operation(
            method, grantPath, summary, tag: "Uploads", access: .open, parameters: grantParameters + more, body: body,
            answers: answers + [.problem(404, "There is no such URL.")], maxBodyBytes: maxBodyBytes,
            crossOrigin: .ownAuthority)
    }

    private static let refusals: [OperationAnswer] = [
        .problem(409, "It has been used, or other bytes are there than the piece begins behind."),
        .problem(410, "It has expired, ended with its token, or got ten bodies that were refused."),
        .problem(412, "Another version of tus."),
    ]

    fileprivate static let uploadState = upload(
        .get, "How far an upload is, and what came of it", [],
        [
            .json(
                200, "Its state.",
                .object([
                    SchemaField("offset", .count), SchemaField("length", .nullable(.count)),
                    SchemaField("state", .words(ResumableState.Word.allCases.map(\.rawValue))),
                    .optional("imageId", .uuid), .optional("isNew", .boolean),
                ]))
        ])

    fileprivate static let uploadOffset = upload(
        .head, "tus: where to go on", [version],
        [.empty(200, "`Upload-Offset` and `Upload-Length`."), .problem(410, "It takes no more bytes.")])

    fileprivate static func uploadPiece(_ limit: Int64) -> Operation {
        upload(
            .patch, "tus: the next piece",
            [
                version, .header("Upload-Offset", .count, "Where it begins."),
                .header("Upload-Checksum", .string, "`sha1` or `sha256`, and its digest in Base64."),
            ],
            body: .raw("application/offset+octet-stream"),
            [
                .empty(204, "It is on the disk; with the last one, the picture is stored."),
                .problem(415, "The body is not `application/offset+octet-stream`."),
                .problem(413, "More bytes than were announced."),
                .problem(422, "The content is no picture, or not the one that was announced; all of it is given up."),
                .problem(460, "The piece does not have its checksum."),
                .problem(429, "It is being used already, or too many requests."),
                .problem(503, "The storage or the codecs do not work at the moment."),
                .problem(507, "The storage is full."),
            ] + refusals, maxBodyBytes: limit)
    }

    fileprivate static let endUpload = upload(
        .delete, "tus: give an upload up", [version], [.empty(204, "The URL is gone.")] + refusals)
}
