package import AgModel

/// Who asks, once that is proved.
package struct Credential: Sendable, Hashable {
    package enum Origin: Sendable, Hashable {
        case token(TokenID)
        /// The token of the setting `token`.
        case fixedToken
        /// The page's cookie; calls that change something must also carry its CSRF token.
        case session
    }

    package let scope: TokenScope
    package let origin: Origin

    package init(scope: TokenScope, origin: Origin) {
        self.scope = scope
        self.origin = origin
    }
}
