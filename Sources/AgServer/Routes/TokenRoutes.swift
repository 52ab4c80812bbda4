import AgBase
import AgContract
import AgHTTP
import AgLibrary
import AgModel

/// Tokens for applications and people.
func addTokenRoutes(to book: inout RouteBook, _ parts: ApplicationParts) {
    let access = parts.access
    book.on(.listTokens) { _, _ in
        try .answer(200, API.TokenList(tokens: await access.listTokens().map { .init($0) }))
    }
    book.on(.createToken) { request, _ in
        let order = try await request.decode(API.TokenRequest.self)
        let made = try await access.createToken(
            name: try checked(name: order.name), scope: try order.checkedScope(),
            expiresIn: try order.checkedLifetime())
        return try .answer(201, API.MadeToken(token: made.text, details: .init(made.token)))
    }
    book.on(.renameToken) { request, parameters in
        let name = try checked(name: await request.decode(API.TokenNameRequest.self).name)
        return try .answer(200, API.Token(await access.renameToken(parameters["id"], to: name)))
    }
    book.on(.revokeToken) { _, parameters in
        try await access.revokeToken(parameters["id"])
        return HTTPResponse(204)
    }
}

extension API.TokenRequest {
    /// Ten years.
    private static let longest: Int64 = 315_360_000

    fileprivate func checkedScope() throws -> TokenScope {
        guard let known = TokenScope(rawValue: scope.rawValue) else {
            throw refuse("scope", "'scope' must be one of read, write, admin, not '\(scope.rawValue.excerpt(40))'.")
        }
        return known
    }

    fileprivate func checkedLifetime() throws -> Duration? {
        guard let expiresIn else { return nil }
        guard 1...Self.longest ~= expiresIn else {
            throw refuse("expiresIn", "'expiresIn' must be between 1 and \(Self.longest) seconds, not \(expiresIn).")
        }
        return .seconds(expiresIn)
    }
}

private func checked(name: String) throws -> String {
    let isPlain = name.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    guard 1...100 ~= name.unicodeScalars.count, isPlain else {
        throw refuse("name", "'name' must have 1 to 100 characters and no control characters.")
    }
    return name
}

private func refuse(_ subject: String, _ sentence: String) -> Fault {
    Fault(
        .unprocessable, "invalid-body", sentence,
        details: [Fault.Detail(subject: subject, code: "invalid-value", detail: sentence)])
}

extension API.Token {
    fileprivate init(_ token: APIToken) {
        self.init(
            id: .init(token.id), name: token.name, scope: .init(rawValue: token.scope.rawValue),
            createdAt: .init(token.createdAt), expiresAt: token.expiresAt.map { .init($0) },
            lastUsedAt: token.lastUsedAt.map { .init($0) })
    }
}

extension Operation {
    private static let scopes = Schema.words(TokenScope.allCases.map(\.rawValue))
    private static let tokenName = SchemaField(
        "name", .text(1...100), about: "What it is for.")
    private static let token = Schema.named(
        "Token",
        .object([
            SchemaField("id", .uuid), SchemaField("name", .string), SchemaField("scope", scopes),
            SchemaField("createdAt", .dateTime), SchemaField("expiresAt", .nullable(.dateTime)),
            SchemaField("lastUsedAt", .nullable(.dateTime), about: "To the minute."),
        ]))
    private static let tokenID = OperationParameter.path("id", .uuid, "The token's id.")

    fileprivate static let listTokens = Operation(
        .get, "/api/tokens", "List the tokens, newest first", tag: "Tokens", access: .scope(.admin),
        answers: [.json(200, "All of them.", .object([SchemaField("tokens", .array(token))]))])

    fileprivate static let createToken = Operation(
        .post, "/api/tokens", "Make a token", tag: "Tokens", access: .scope(.admin),
        body: .json(
            .closed([
                tokenName, SchemaField("scope", scopes),
                .optional(
                    "expiresIn", .nullable(.integer(minimum: 1, maximum: 315_360_000)),
                    about: "Seconds; without it the token does not expire."),
            ])),
        answers: [
            .json(
                201, "Made. Its text is shown this once.",
                .object([SchemaField("token", .string), SchemaField("details", token)])),
            .problem(422, "A member is missing or not allowed."),
        ])

    fileprivate static let renameToken = Operation(
        .patch, "/api/tokens/{id}", "Rename a token", tag: "Tokens", access: .scope(.admin), parameters: [tokenID],
        body: .json(.closed([tokenName])),
        answers: [.json(200, "Renamed.", token), .problem(404, "There is no such token.")])

    fileprivate static let revokeToken = Operation(
        .delete, "/api/tokens/{id}", "Revoke a token and end its sessions", tag: "Tokens", access: .scope(.admin),
        parameters: [tokenID],
        answers: [
            .empty(204, "It is of no use any more."), .problem(404, "There is no such token."),
            .problem(
                507,
                "`revocation-not-stored`: this server refuses it from now on, but the storage is too full to keep that beyond "
                    + "a restart yet. It is tried again until it works."),
        ])
}
