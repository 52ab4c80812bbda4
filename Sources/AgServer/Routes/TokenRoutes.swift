import AgBase
import AgHTTP
import AgLibrary
import AgModel

/// Tokens for applications and people.
func addTokenRoutes(to book: inout RouteBook, _ parts: ApplicationParts) {
    let access = parts.access
    book.on(.listTokens) { _, _ in
        .answer(200, ["tokens": .array(try await access.listTokens().map(\.json))])
    }
    book.on(.createToken) { request, _ in
        let order = try await request.decode(TokenOrder.self, members: ["name", "scope", "expiresIn"])
        let made = try await access.createToken(
            name: try order.checkedName(), scope: try order.checkedScope(), expiresIn: try order.checkedLifetime())
        return .answer(201, ["token": .string(made.text), "details": made.token.json])
    }
    book.on(.renameToken) { request, parameters in
        let name = try await request.decode(TokenName.self, members: ["name"]).checkedName()
        return .answer(200, try await access.renameToken(parameters["id"], to: name).json)
    }
    book.on(.revokeToken) { _, parameters in
        try await access.revokeToken(parameters["id"])
        return HTTPResponse(204)
    }
}

private struct TokenName: Decodable {
    let name: String

    func checkedName() throws -> String { try checked(name: name) }
}

private struct TokenOrder: Decodable {
    /// Ten years.
    private static let longest = 315_360_000

    let name: String
    let scope: String
    /// Seconds.
    let expiresIn: Int?

    func checkedName() throws -> String { try checked(name: name) }

    func checkedScope() throws -> TokenScope {
        guard let scope = TokenScope(rawValue: scope) else {
            throw refuse("scope", "'scope' must be one of read, write, admin, not '\(scope.excerpt(40))'.")
        }
        return scope
    }

    func checkedLifetime() throws -> Duration? {
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

extension APIToken {
    fileprivate var json: JSONValue {
        [
            "id": .string(id.text), "name": .string(name), "scope": .string(scope.rawValue),
            "createdAt": .time(createdAt), "expiresAt": .time(expiresAt), "lastUsedAt": .time(lastUsedAt),
        ]
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
