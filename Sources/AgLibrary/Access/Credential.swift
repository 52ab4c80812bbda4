package import AgBase
package import AgModel

/// Who asks, once that is proved.
package struct Credential: Sendable, Hashable {
    /// Where its power comes from, and with what it ends.
    package enum Origin: Sendable, Hashable {
        case token(TokenID)
        /// The token of the setting `token`.
        case fixedToken
    }

    package let scope: TokenScope
    package let origin: Origin
    /// Proved by the page's cookie; calls that change something must also carry its CSRF token.
    package let isSession: Bool
    /// When the token or the session ends.
    package let expiresAt: Timestamp?

    package init(scope: TokenScope, origin: Origin, isSession: Bool = false, expiresAt: Timestamp? = nil) {
        self.expiresAt = expiresAt
        self.scope = scope
        self.origin = origin
        self.isSession = isSession
    }
}
