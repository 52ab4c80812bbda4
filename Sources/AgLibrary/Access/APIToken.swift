package import AgBase
package import AgModel

/// What is known of a token, without its secret.
package struct APIToken: Sendable, Hashable {
    package let id: TokenID
    package let name: String
    package let scope: TokenScope
    package let createdAt: Timestamp
    /// `nil`: it does not expire.
    package let expiresAt: Timestamp?
    /// To the minute; `nil` before the first use.
    package internal(set) var lastUsedAt: Timestamp?
}

/// A token at the one moment when its secret can be read.
package struct NewAPIToken: Sendable {
    package let token: APIToken
    package let text: String
}
