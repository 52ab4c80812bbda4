import AgBase
import AgContract
import AgHTTP
import AgLibrary
import AgModel

/// How the page gets and gives up its cookie.
func addSignInRoutes(to book: inout RouteBook, _ parts: ApplicationParts, _ guesses: GuessLimiter) {
    let desk = SignInDesk(
        access: parts.access, cookie: SessionCookie(publicURL: parts.publicURL),
        crossSite: CrossSiteGuard(publicURL: parts.publicURL), guesses: guesses)
    book.on(.signIn) { request, _ in try await desk.signIn(request) }
    book.on(.signOut) { request, _ in try await desk.signOut(request) }
    book.on(.session) { request, _ in try desk.session(request) }
    book.on(.signInLink) { request, _ in
        guard let maker = request.attached(Credential.self)?.origin else { preconditionFailure("Admitted as nobody") }
        let base = try parts.publicURL ?? linkBase(request)
        let link = try await parts.access.codes.make(
            for: maker, session: request.attached(Authority.self)?.session)
        return try .answer(
            201, API.SignInLink(url: "\(base)\(signInPath)#\(link.code)", expiresAt: .init(link.until)))
    }
}

/// Without `public-url` a link leads to where its maker reached us; the answer goes to no one but the holder of an admin token.
private func linkBase(_ request: HTTPRequest) throws -> String {
    guard let host = request.headers["host"], namesServer(host) else {
        throw Fault(
            .badRequest, "invalid-host",
            "The Host header names no server that a link could lead to. Send one, or set public-url.")
    }
    return "http://\(host)"
}

/// HTTP allows an empty name, alone or with a port behind it.
private func namesServer(_ host: String) -> Bool {
    let name = host.hasPrefix("[") ? host.dropFirst().prefix { $0 != "]" } : host.prefix { $0 != ":" }
    return !name.isEmpty
}

/// The code stands behind `#`, which browsers keep to themselves: it reaches no log and no `Referer`.
package let signInPath = "/sign-in"

private struct SignInDesk: Sendable {
    let access: Access
    let cookie: SessionCookie
    let crossSite: CrossSiteGuard
    let guesses: GuessLimiter

    func signIn(_ request: HTTPRequest) async throws -> HTTPResponse {
        // Nobody may be signed in by another site, not even as somebody else.
        try crossSite.checkOrigin(request)
        let order = try await request.decode(API.SignInRequest.self)
        if let token = order.token, access.isGuess(token) { try guesses.check(request.peer) }
        guard let secret = try await open(order) else {
            // What was right is let in whatever failed before; only who is wrong is told to wait.
            try guesses.check(request.peer)
            guesses.failed(request.peer)
            throw Fault(
                .unauthorized, "sign-in-refused",
                order.code == nil
                    ? "The token is unknown, revoked or expired."
                    : "The link was used already or is too old. `argentum token link` makes a new one.")
        }
        let credential = try await access.credential(session: secret)
        var response = try HTTPResponse.answer(200, state(credential, secret))
        response.headers.add("Set-Cookie", cookie.setting(secret))
        return response
    }

    private func open(_ order: API.SignInRequest) async throws -> String? {
        switch (order.token, order.code) {
        case (let token?, nil): return try await access.signIn(token: token)
        case (nil, let code?): return try await access.signIn(code: code)
        default:
            throw Fault(.unprocessable, "invalid-body", "The body must hold either 'token' or 'code'.")
        }
    }

    /// Ends the session on the server too: a copied cookie is of no use afterwards.
    func signOut(_ request: HTTPRequest) async throws -> HTTPResponse {
        let clearing: HTTPHeaders = ["Set-Cookie": cookie.clearing()]
        do {
            if let secret = cookie.value(of: request) { try await access.signOut(secret) }
            return HTTPResponse(204, headers: clearing)
        } catch let fault as Fault {
            return .problem(fault, for: request, headers: clearing)
        }
    }

    /// Nobody is an answer too: the page asks at every visit, and an error there would be one of the browser's console.
    func session(_ request: HTTPRequest) throws -> HTTPResponse {
        let credential = request.attached(Credential.self)
        let secret = cookie.value(of: request)
        var response = try HTTPResponse.answer(
            200, state(credential, credential?.isSession == true ? secret : nil))
        if credential == nil, secret != nil { response.headers.add("Set-Cookie", cookie.clearing()) }
        return response
    }

    private func state(_ credential: Credential?, _ secret: String?) -> API.Session {
        let token: TokenID? = if case .token(let id) = credential?.origin { id } else { nil }
        return API.Session(
            scope: credential.map { .init(rawValue: $0.scope.rawValue) }, tokenId: token.map { .init($0) },
            csrfToken: secret.map(access.csrfToken(session:)))
    }
}

extension Operation {
    private static let state = Schema.named(
        "Session",
        .object([
            SchemaField(
                "scope", .nullable(.words(TokenScope.allCases.map(\.rawValue))), about: "Null when nobody is signed in."
            ),
            SchemaField("tokenId", .nullable(.uuid), about: "The token that the call was made with."),
            SchemaField(
                "csrfToken", .nullable(.string),
                about: "For `X-CSRF-Token` on calls by cookie that change something; null for a token's holder."),
        ]))

    fileprivate static let signIn = Operation(
        .post, "/api/sign-in", "Exchange a token or a link's code for the page's cookie", tag: "Sign-in", access: .open,
        body: .json(.raw(["oneOf": [one("token", not: "code"), one("code", not: "token")]])),
        answers: [
            .json(200, "Signed in.", state),
            .problem(401, "The token or code is not good; a code is one of a sign-in link, and works once."),
            .problem(403, "Another site's page made the call."),
            .problem(429, "Too many wrong tokens or codes from this address, or too many requests."),
        ],
        maxBodyBytes: 4 << 10, crossOrigin: .never)

    private static func one(_ name: String, not other: String) -> JSONValue {
        let members: JSONValue = .object([
            .init(name: name, value: ["type": "string"]), .init(name: other, value: ["type": "null"]),
        ])
        return ["type": "object", "properties": members, "required": [.string(name)]]
    }

    fileprivate static let signOut = Operation(
        .post, "/api/sign-out", "End the session", tag: "Sign-in", access: .scope(.read),
        answers: [
            .empty(204, "Ended."),
            .problem(507, "Ended on this server; the storage is too full to keep that beyond a restart yet."),
        ], crossOrigin: .never)

    fileprivate static let session = Operation(
        .get, "/api/session", "Who is asking", tag: "Sign-in", access: .scopeOrHandler(.read),
        answers: [
            .json(200, "The scope of the credential; null without one, and when the session has ended.", state),
            .problem(401, "The token is unknown, revoked or expired."),
        ])

    fileprivate static let signInLink = Operation(
        .post, "/api/sign-in/links", "Make a link that signs a browser in, once", tag: "Sign-in",
        access: .scope(.admin),
        answers: [
            .json(
                201, "Good for 15 minutes.",
                .object([SchemaField("url", .formatted("uri")), SchemaField("expiresAt", .dateTime)])),
            .problem(507, "The storage is too full to keep a link."),
        ])
}
