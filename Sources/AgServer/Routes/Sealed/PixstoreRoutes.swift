import AgBase
import AgHTTP
import AgLibrary
import AgWire

/// What clients of Pixstore 3 fetch, and ours with `x-argentum-wire`: docs/formats/wire.md. Every state is an answer of status 200.
///
/// These routes tell browsers by themselves that any page may read them, whatever `cors-origins` says: who has no proof gets nothing,
/// and what is sent is of no use without a key.
func addPixstoreRoutes(to book: inout RouteBook, _ sealed: Sealed) {
    book.on(.pixstore) { request, parameters in try await picture(request, parameters["id"], sealed) }
    // A slash that was not escaped is part of the id, and none of ours has one.
    book.unlisted(.get, "\(root)/{id...}", .everyone) { request, parameters in
        try await picture(request, parameters["id"], sealed)
    }
    book.unlisted(.get, root, .everyone) { _, _ in missingID }
    for path in [root, "\(root)/{id}", "\(root)/{id...}"] {
        book.unlisted(.options, path, .everyone) { request, _ in
            HTTPResponse(204, headers: PixstoreHeaders.answering(request))
        }
    }
}

private let root = "/pixstore-image"

private func picture(_ request: HTTPRequest, _ id: String, _ sealed: Sealed) async throws -> HTTPResponse {
    if id.isEmpty { return missingID }
    let question = PixstoreRequest(
        id: id, proof: request.headers["x-pixstore-proof"], token: request.headers["x-pixstore-token"])
    let answer = await sealed.answer(question, WireVersion(header: request.headers[wireHeader]))
    var headers = PixstoreHeaders.usual
    headers.add("Content-Type", "application/octet-stream")
    // There may be a key in it.
    headers.add("Cache-Control", "no-store")
    if let wait = answer.retryAfter { headers.add("Retry-After", "\(max(1, Int(wait.inSeconds.rounded(.up))))") }
    return HTTPResponse(200, headers: headers, body: body(answer.content))
}

private func body(_ content: BlobContent) -> HTTPResponse.Body {
    if let bytes = content.bytes { return .bytes(bytes) }
    return .content(content, 0..<content.byteCount)
}

private let missingID: HTTPResponse = {
    var response = HTTPResponse.text(400, "Missing image id", type: "text/plain")
    for (name, value) in PixstoreHeaders.all { response.headers.add(name, value) }
    return response
}()

/// The headers by which a browser lets a page read an answer: those of Pixstore's server, to the letter.
private enum PixstoreHeaders {
    private static let names = "Content-Type, Authorization, x-pixstore-proof, x-pixstore-token"

    static let all = [
        ("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Methods", "GET,OPTIONS"),
        ("Access-Control-Allow-Headers", names),
    ]

    static let usual = headers(names)

    /// Names the header of our own wire to those who ask for it.
    static func answering(_ request: HTTPRequest) -> HTTPHeaders {
        let wanted = request.headers.all("access-control-request-headers").joined(separator: ",").lowercased()
        return wanted.contains(wireHeader) ? headers("\(names), \(wireHeader)") : usual
    }

    private static func headers(_ names: String) -> HTTPHeaders {
        var headers = HTTPHeaders()
        for (name, value) in all { headers.add(name, name.hasSuffix("Headers") ? names : value) }
        return headers
    }
}

extension Operation {
    fileprivate static let pixstore = Operation(
        .get, "/pixstore-image/{id}", "A picture's ciphertext, for who shows the proof of its record",
        tag: "Sealed pictures", access: .open,
        parameters: [
            .path("id", .string, "The `id` of a record."),
            .header("x-pixstore-proof", .string, "The `statelessProof` of a record."),
            .header("x-pixstore-token", .string, "The `token` of what the client has."),
            .header(wireHeader, .words(["1"]), "Asks for Argentum's own wire."),
        ],
        answers: [
            .bytes(200, "A state, and what belongs to it, also when it is a refusal.", [])
        ],
        crossOrigin: .everyone)
}
