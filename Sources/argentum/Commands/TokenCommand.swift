import AgBase
import AgContract
import AgServer

/// `argentum token`: credentials for applications, and sign-in links for people.
enum TokenCommand: Command {
    static let name = "token"
    static let summary = "Manage tokens: create NAME, list, revoke ID, link (a new sign-in link for the page)."
    static let arguments = "create|list|revoke|link [NAME|ID]"
    static let options = [scope.definition, expires.definition, yes.definition]
    static let settings = ArgentumSettings.clientRows

    private static let scope = Setting<String>(
        .init(
            "scope", .choice(["read", "write", "admin"]), default: "write", help: "create: how far the token reaches.",
            isOption: true))
    private static let expires = Setting<Duration>(
        .init(
            "expires", .duration(.seconds(1)...(.seconds(315_360_000))), help: "create: after which time it ends.",
            isOption: true))

    private static let yes = Setting<Bool>(
        .init("yes", .bool, default: "false", help: "revoke: also the token that this command uses.", isOption: true))

    static func run(_ call: CommandCall) async throws -> ExitCode {
        let words = try call.words(1...2, of: self)
        let client = try call.client()
        switch (words[0], words.dropFirst().first) {
        case ("create", let name?): try await create(name, call, client)
        case ("list", nil): try await list(call, client)
        case ("revoke", let id?): try await revoke(id, call, client)
        case ("link", nil):
            let link = try await client.call("POST", "/api/sign-in/links", as: API.SignInLink.self)
            call.output.result(link.json, link.value.url)
        default: throw Failure(.usage, "argentum token \(arguments)")
        }
        return .ok
    }

    private static func create(_ name: String, _ call: CommandCall, _ client: ServerClient) async throws {
        let request = API.TokenRequest(
            name: name, scope: .init(rawValue: call.settings[required: scope]),
            expiresIn: call.settings[expires]?.components.seconds)
        let made = try await client.call("POST", "/api/tokens", request, as: API.MadeToken.self)
        call.output.result(made.json, made.value.token)
    }

    /// Whoever takes away the token they use cannot make another one with it.
    private static func revoke(_ id: String, _ call: CommandCall, _ client: ServerClient) async throws {
        let own = try await client.call("GET", "/api/session", as: API.Session.self).value.tokenId
        guard own?.rawValue != id.lowercased() || call.settings[required: yes] else {
            throw Failure(
                .usage,
                "This command uses the token \(id) itself: without it, commands here have none until the server starts "
                    + "again and writes a new one. Add --yes to revoke it all the same.")
        }
        try await client.call("DELETE", "/api/tokens/\(escaped(id))")
    }

    private static func list(_ call: CommandCall, _ client: ServerClient) async throws {
        try call.output.results(await client.call("GET", "/api/tokens", as: API.TokenList.self).value.tokens, row)
    }

    private static func row(_ token: API.Token) -> [String] {
        [
            token.id.rawValue, token.scope.rawValue, token.expiresAt.map { "until \($0)" } ?? "never expires",
            token.lastUsedAt.map { "used \($0)" } ?? "not used yet", token.name,
        ]
    }
}
