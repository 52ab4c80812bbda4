import AgBase
import AgHTTP
import AgLibrary
import AgModel

/// Pictures of sides on their way in and out; those of rules come in alike.
struct SidePictures: Sendable {
    private let library: Library
    private let desk: DeliveryDesk
    private let answer: ImageAnswer

    init(_ library: Library, _ links: Links) {
        self.library = library
        desk = DeliveryDesk(delivery: library.delivery, signedURLs: library.signedURLs)
        answer = ImageAnswer(links: links)
    }

    // MARK: Out

    func show(
        _ side: Resolutions.Side, _ uuid: ItemUUID, _ which: ItemSide, _ request: HTTPRequest
    ) async throws -> HTTPResponse {
        if case .catalog(let url) = side.resolution {
            return HTTPResponse(302, headers: ["Location": Self.header(url), "Cache-Control": "no-store"])
        }
        guard let image = side.image else {
            throw Fault(
                .notFound, "no-picture",
                "No picture stands for the \(which.rawValue) of item \(uuid.text.excerpt()); explain=1 on its images says why."
            )
        }
        let variant = try variant(request)
        // The address leads to another image as soon as a photo or a rule changes: nothing of it is kept.
        return try await desk.answer(request, image.id, isReusable: false) { id, _ in
            guard let variant else { return try await library.delivery.original(id) }
            return try await library.delivery.variant(variant, of: id)
        }
    }

    private func variant(_ request: HTTPRequest) throws -> VariantName? {
        guard let text = try QueryReader(request).text("variant"), text != "original" else { return nil }
        guard let name = VariantName(text) else {
            throw QueryReader.refuse("variant", "original, thumbnail, or a size such as small.webp", text)
        }
        return name
    }

    /// An address that a stranger may have written, as it can stand in a header.
    private static func header(_ url: String) -> String {
        url.utf8.reduce(into: "") { out, byte in
            if 0x21...0x7E ~= byte {
                out.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                out += "%" + Hex.encode([byte]).uppercased()
            }
        }
    }

    // MARK: In

    /// Takes a picture as a raw body or as the one file of a form; or the id of an image as JSON.
    func take(
        _ request: HTTPRequest, store: (AcceptedUpload) async throws -> UploadOutcome,
        link: (ImageID) async throws -> Void
    ) async throws -> HTTPResponse {
        let type = request.headers["content-type"].flatMap { MediaType($0) }?.essence
        if type == "application/json" {
            let id = try await request.decode(ImageOrder.self, members: ["imageId"]).imageId
            try await link(id)
            return .answer(200, ["imageId": .string(id.text), "isNew": false])
        }
        let seat = try library.uploads.seat(for: request.caller)
        defer { withExtendedLifetime(seat) {} }
        let upload = type == "multipart/form-data" ? try await form(request) : try await raw(request)
        let outcome = try await store(upload)
        return try .answer(outcome.isNew ? 201 : 200, answer.upload(outcome))
    }

    private struct ImageOrder: Decodable {
        let imageId: ImageID
    }

    private func raw(_ request: HTTPRequest) async throws -> AcceptedUpload {
        try await withTaskExecutorPreference(UploadThreads.pool) {
            let incoming = try library.uploads.begin(filename: nil, for: request.caller)
            for try await chunk in request.body { try chunk.withUnsafeBytes { try incoming.append($0) } }
            return try await library.uploads.accept(incoming)
        }
    }

    private func form(_ request: HTTPRequest) async throws -> AcceptedUpload {
        let form = try await UploadForm.read(request, into: library.uploads)
        guard let upload = form.accepted.first else { throw form.refusal }
        guard form.accepted.count == 1, form.errors.isEmpty else {
            throw Fault(
                .unprocessable, "too-many-files", "A side takes one picture, and the form has more; nothing was stored."
            )
        }
        return upload
    }
}
