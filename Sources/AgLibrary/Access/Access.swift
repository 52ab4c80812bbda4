package import AgBase
import AgCrypto
package import AgModel
package import AgSQL
import Synchronization

/// Who may do what: tokens, sign-in links and the page's sessions. The door of this folder.
package final class Access: Sendable {
    package static let migrations: [Migration] = AccessSchema.migrations

    package let codes: SignInCodes
    let tokens: Tokens
    let sessions: UISessions
    let time: any TimeSource
    let fixedToken: SHA256Digest?
    private let endings = Atomic(0)

    /// - Parameter fixedToken: a token of scope admin that the operator chose, beside those in the database.
    package init(database: any Database, time: any TimeSource, log: Log, fixedToken: Secret? = nil) {
        self.time = time
        codes = SignInCodes(time: time)
        tokens = Tokens(database: database, time: time, log: log)
        self.fixedToken = fixedToken.map { $0.reveal { SHA256Digest.of($0) } }
        sessions = UISessions(database: database, time: time, fixedToken: self.fixedToken)
    }

    /// Who holds this token; `nil` for nobody.
    package func credential(token text: String) async throws -> Credential? {
        if let fixedToken, isEqualInConstantTime(SHA256Digest.of(text).bytes, fixedToken.bytes) {
            return Credential(scope: .admin, origin: .fixedToken)
        }
        return try await tokens.credential(text)
    }

    /// Who holds this cookie; `nil` for nobody.
    package func credential(session cookie: String) async throws -> Credential? {
        try await sessions.credential(cookie)
    }

    // MARK: Tokens

    package func createToken(
        name: String, scope: TokenScope, expiresIn: Duration? = nil
    ) async throws -> NewAPIToken {
        try await tokens.create(name: name, scope: scope, expiresIn: expiresIn)
    }

    package func listTokens() async throws -> [APIToken] {
        try await tokens.list()
    }

    /// Throws `Fault.notFound` when there is no such token.
    package func renameToken(_ id: TokenID, to name: String) async throws -> APIToken {
        guard let token = try await tokens.rename(id, to: name) else { throw Self.noSuchToken }
        return token
    }

    /// Throws `Fault.notFound` when there is no such token.
    package func revokeToken(_ id: TokenID) async throws {
        let existed = try await tokens.revoke(id)
        sessions.forget()
        endings.add(1, ordering: .releasing)
        guard existed else { throw Self.noSuchToken }
    }

    private static var noSuchToken: Fault {
        Fault(.notFound, "no-such-token", "There is no token with this id. It may have been revoked already.")
    }

    // MARK: The page

    /// Opens a session for the holder of a token and returns the cookie's value; `nil` when the token is not good.
    package func signIn(token text: String) async throws -> String? {
        guard let credential = try await credential(token: text) else { return nil }
        return try await sessions.open(scope: credential.scope, origin: credential.origin)
    }

    /// Opens a session for the holder of a sign-in link, which is used up; `nil` when the code is not good.
    package func signIn(code: String) async throws -> String? {
        guard let maker = codes.redeem(code) else { return nil }
        return try await sessions.open(scope: .admin, origin: maker)
    }

    package func signOut(_ cookie: String) async throws {
        try await sessions.close(cookie)
        endings.add(1, ordering: .releasing)
    }

    /// Grows with each token that was revoked and each session that was ended here: whoever holds a long answer open
    /// looks at it to know when to ask again who is listening.
    package var endingCount: Int { endings.load(ordering: .acquiring) }

    /// What the page sends in `X-CSRF-Token`. It follows from the cookie, which another site's script cannot read.
    package func csrfToken(session cookie: String) -> String {
        Base64URL.encode(hmacSHA256(key: Secret(cookie), Array("argentum csrf 1".utf8)))
    }

    package func isCSRFToken(_ text: String, session cookie: String) -> Bool {
        isEqualInConstantTime(Array(text.utf8), Array(csrfToken(session: cookie).utf8))
    }
}
