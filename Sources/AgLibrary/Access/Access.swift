package import AgBase
import AgCrypto
package import AgModel
package import AgSQL

/// Who may do what: tokens, sign-in links and the page's sessions. The door of this folder.
package final class Access: Sendable {
    package static let migrations: [Migration] = AccessSchema.migrations

    package let codes: SignInCodes
    let tokens: Tokens
    let sessions: UISessions
    let time: any TimeSource
    let fixedToken: SHA256Digest?
    /// Whether the fixed token may be short enough to be found by trying.
    private let isFixedTokenGuessable: Bool
    let endings = Endings()
    let denials = Denials()
    let log: Log
    let notices: Notices

    /// - Parameter fixedToken: a token of scope admin that the operator chose, beside those in the database.
    package init(database: any Database, time: any TimeSource, log: Log, fixedToken: Secret? = nil) {
        self.time = time
        self.log = log
        notices = database.notices
        tokens = Tokens(database: database, time: time, log: log, denials: denials)
        self.fixedToken = fixedToken.map { $0.reveal { SHA256Digest.of($0) } }
        codes = SignInCodes(database: database, time: time, fixedToken: self.fixedToken, denials: denials)
        isFixedTokenGuessable = fixedToken.map { $0.reveal { $0.count < Self.safeTokenBytes } } ?? false
        sessions = UISessions(database: database, time: time, fixedToken: self.fixedToken, denials: denials)
        subscribe()
    }

    /// From here on a token counts as random, and trying as hopeless: 32 characters, as the documents advise. Its holder
    /// is never made to wait for what others behind the same proxy have tried.
    private static let safeTokenBytes = 32

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

    static var noSuchToken: Fault {
        Fault(.notFound, "no-such-token", "There is no token with this id. It may have been revoked already.")
    }

    // MARK: The page

    /// Opens a session for the holder of a token and returns the cookie's value; `nil` when the token is not good.
    package func signIn(token text: String) async throws -> String? {
        guard let credential = try await credential(token: text) else { return nil }
        return try await sessions.open(scope: credential.scope, origin: credential.origin)
    }

    /// Whether a text could only be a fixed token that is short enough to be guessed.
    package func isGuess(_ text: String) -> Bool {
        isFixedTokenGuessable && TokenText(untrusted: text) == nil
    }

    /// Opens a session for the holder of a sign-in link, which is used up; `nil` when the code is not good.
    package func signIn(code: String) async throws -> String? {
        guard let maker = try await codes.redeem(code) else { return nil }
        return try await sessions.open(scope: .admin, origin: maker)
    }

    /// What the page sends in `X-CSRF-Token`. It follows from the cookie, which another site's script cannot read.
    package func csrfToken(session cookie: String) -> String {
        Base64URL.encode(hmacSHA256(key: Secret(cookie), Array("argentum csrf 1".utf8)))
    }

    package func isCSRFToken(_ text: String, session cookie: String) -> Bool {
        isEqualInConstantTime(Array(text.utf8), Array(csrfToken(session: cookie).utf8))
    }
}
