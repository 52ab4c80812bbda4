import AgBase
import AgCrypto
import AgHTTP
import AgLibrary
import AgModel

/// Uploads in pieces to a one-time URL, by tus 1.0.0 (https://tus.io/protocols/resumable-upload): creation, creation with upload,
/// checksum, expiration and termination.
struct TusDesk: Sendable {
    static let version = "1.0.0"
    static let extensions = "creation,creation-with-upload,checksum,expiration,termination"

    private let library: Library
    private let links: Links
    private var resumables: ResumableUploads { library.resumables }

    init(_ library: Library, _ links: Links) {
        self.library = library
        self.links = links
    }

    /// Whether a POST is a step of this protocol, and not a picture as a raw body.
    static func isMeant(_ request: HTTPRequest) -> Bool { request.headers.contains("tus-resumable") }

    /// What this server can do. No `Tus-Resumable`: the client may speak another version.
    func options() -> HTTPResponse {
        HTTPResponse(
            204,
            headers: [
                "Allow": "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT", "Tus-Version": Self.version,
                "Tus-Extension": Self.extensions, "Tus-Max-Size": "\(library.uploads.limit)",
                "Tus-Checksum-Algorithm": TusChecksum.algorithms,
            ])
    }

    /// POST: the upload begins, or begins anew; a client that can send nothing but POST names its method in a header.
    func create(_ request: HTTPRequest, _ id: UploadGrantID) async throws -> HTTPResponse {
        switch request.headers["x-http-method-override"] {
        case "PATCH": return try await append(request, id)
        case "DELETE": return try await end(request, id)
        default: break
        }
        return try await answering(request) {
            let grant = try await grant(request, id)
            let seat = try library.grants.seat(for: grant)
            let place = try library.uploads.seat(for: grant.caller)
            defer { withExtendedLifetime((seat, place)) {} }
            try await resumables.create(
                grant, byteCount: try TusHeader.length(request), filename: TusHeader.filename(request))
            let state = try await state(request, id)
            var response = HTTPResponse(201, headers: ["Location": links.absolute(request.target)])
            if request.body.isEmpty { return Self.telling(state, &response) }
            return try await take(request, state, at: 0, &response)
        }
    }

    func head(_ request: HTTPRequest, _ id: UploadGrantID) async throws -> HTTPResponse {
        try await answering(request) {
            let state = try await state(request, id)
            guard state.word != .expired else { throw Self.gone }
            var response = HTTPResponse(200, headers: ["Cache-Control": "no-store"])
            if let length = state.length { response.headers.add("Upload-Length", "\(length)") }
            return Self.telling(state, &response)
        }
    }

    func append(_ request: HTTPRequest, _ id: UploadGrantID) async throws -> HTTPResponse {
        try await answering(request) {
            let grant = try await grant(request, id)
            let seat = try library.grants.seat(for: grant)
            let place = try library.uploads.seat(for: grant.caller)
            defer { withExtendedLifetime((seat, place)) {} }
            var response = HTTPResponse(204)
            return try await take(request, try await state(request, id), at: try TusHeader.offset(request), &response)
        }
    }

    func end(_ request: HTTPRequest, _ id: UploadGrantID) async throws -> HTTPResponse {
        try await answering(request) {
            try await resumables.end(try await grant(request, id))
            return HTTPResponse(204)
        }
    }

    /// GET: for people and for other clients.
    func status(_ request: HTTPRequest, _ id: UploadGrantID) async throws -> HTTPResponse {
        let state = try await state(request, id)
        var members: [JSONValue.Member] = [
            .init(name: "offset", value: .int(state.offset)),
            .init(name: "length", value: state.length.map { .int($0) } ?? .null),
            .init(name: "state", value: .string(state.word.rawValue)),
        ]
        if let image = state.imageID { members.append(.init(name: "imageId", value: .string(image.text))) }
        if let isNew = state.isNew { members.append(.init(name: "isNew", value: .bool(isNew))) }
        var response = HTTPResponse.answer(200, .object(members))
        response.headers["Cache-Control"] = "no-store"
        return response
    }

    // MARK: Steps

    private func grant(_ request: HTTPRequest, _ id: UploadGrantID) async throws -> UploadGrant {
        try await library.grants.grant(id, secret: try request.query["key"] ?? "")
    }

    private func state(_ request: HTTPRequest, _ id: UploadGrantID) async throws -> ResumableState {
        try await resumables.state(id, secret: try request.query["key"] ?? "")
    }

    /// The body is a piece of the upload.
    private func take(
        _ request: HTTPRequest, _ state: ResumableState, at offset: Int64, _ response: inout HTTPResponse
    ) async throws -> HTTPResponse {
        try TusHeader.requirePiece(request)
        let checksum = try TusChecksum(request)
        let (piece, sha1) = try await withTaskExecutorPreference(UploadThreads.pool) {
            let piece = try resumables.begin(state, at: offset)
            try request.body.limit(to: piece.limit)
            var sha1 = SHA1Hasher()
            for try await chunk in request.body {
                try chunk.withUnsafeBytes { bytes in
                    try piece.append(bytes)
                    if checksum?.algorithm == .sha1 { sha1.update(bytes) }
                }
            }
            return (piece, sha1.finish())
        }
        if let checksum, !checksum.fits(sha1: sha1, sha256: piece.sha256) { throw TusChecksum.mismatch }
        let end = offset + piece.byteCount
        _ = try await withTaskExecutorPreference(UploadThreads.pool) {
            try await resumables.append(piece, at: offset, to: state)
        }
        response.headers.add("Upload-Offset", "\(end)")
        response.headers.add("Upload-Expires", HTTPDate.format(state.grant.expiresAt))
        return response
    }

    private static func telling(_ state: ResumableState, _ response: inout HTTPResponse) -> HTTPResponse {
        response.headers.add("Upload-Offset", "\(state.offset)")
        response.headers.add("Upload-Expires", HTTPDate.format(state.grant.expiresAt))
        return response
    }

    /// Every answer names the version, refusals too; so a client of another version learns which one is supported.
    private func answering(
        _ request: HTTPRequest, _ body: () async throws -> HTTPResponse
    ) async throws -> HTTPResponse {
        let headers: HTTPHeaders = ["Tus-Resumable": Self.version]
        guard request.headers["tus-resumable"] == Self.version else {
            let fault = Fault(
                .badRequest, "tus-version", "This server speaks version \(Self.version) of tus: send Tus-Resumable.")
            return .problem(
                fault, for: request, status: 412,
                headers: ["Tus-Resumable": Self.version, "Tus-Version": Self.version])
        }
        do {
            var response = try await body()
            response.headers.add("Tus-Resumable", Self.version)
            return response
        } catch let fault as Fault where fault.code == TusChecksum.mismatch.code {
            return .problem(fault, for: request, status: 460, headers: headers)
        } catch let fault as Fault where fault.kind != .internal {
            return .problem(fault, for: request, headers: headers)
        }
    }

    private static let gone = Fault(.gone, "grant-expired", "This upload URL takes no more bytes; ask for a new one.")
}
