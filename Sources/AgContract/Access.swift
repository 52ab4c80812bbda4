extension API {
    /// How far a credential reaches. A wider one can do all that a narrower one can.
    public struct Scope: APIText {
        public let rawValue: String

        public init(rawValue: String) { self.rawValue = rawValue }

        public static let read = Scope(rawValue: "read")
        public static let write = Scope(rawValue: "write")
        public static let admin = Scope(rawValue: "admin")
    }

    /// A token without its text: `GET /api/tokens`, `POST /api/tokens`, `PATCH /api/tokens/{id}`.
    public struct Token: APIValue {
        public typealias ID = Identifier<Token>

        public var id: ID
        public var name: String
        public var scope: Scope
        public var createdAt: Moment
        @Nullable public var expiresAt: Moment?
        /// To the minute.
        @Nullable public var lastUsedAt: Moment?

        public init(id: ID, name: String, scope: Scope, createdAt: Moment, expiresAt: Moment?, lastUsedAt: Moment?) {
            self.id = id
            self.name = name
            self.scope = scope
            self.createdAt = createdAt
            self.expiresAt = expiresAt
            self.lastUsedAt = lastUsedAt
        }
    }

    /// All tokens, newest first: `GET /api/tokens`.
    public struct TokenList: APIValue {
        public var tokens: [Token]

        public init(tokens: [Token]) { self.tokens = tokens }
    }

    /// A token to make: `POST /api/tokens`.
    public struct TokenRequest: APIRequest {
        public enum CodingKeys: String, CodingKey, CaseIterable {
            case name, scope, expiresIn
        }

        public var name: String
        public var scope: Scope
        /// Seconds; without it the token does not expire.
        public var expiresIn: Int64?

        public init(name: String, scope: Scope, expiresIn: Int64? = nil) {
            self.name = name
            self.scope = scope
            self.expiresIn = expiresIn
        }
    }

    /// A token that was just made, with its text, which is shown this once: `POST /api/tokens`.
    public struct MadeToken: APIValue {
        public var token: String
        public var details: Token

        public init(token: String, details: Token) {
            self.token = token
            self.details = details
        }
    }

    /// A token's new name: `PATCH /api/tokens/{id}`.
    public struct TokenNameRequest: APIRequest {
        public enum CodingKeys: String, CodingKey, CaseIterable {
            case name
        }

        public var name: String

        public init(name: String) { self.name = name }
    }
}

// The page's cookie.
extension API {
    /// A token, or the code of a link: `POST /api/sign-in`. One of the two.
    public struct SignInRequest: APIValue {
        public var token: String?
        public var code: String?

        public init(token: String) { self.token = token }

        public init(code: String) { self.code = code }
    }

    /// Who is asking: `GET /api/session`, `POST /api/sign-in`.
    public struct Session: APIValue {
        /// Null when nobody is signed in.
        @Nullable public var scope: Scope?
        /// The token that the call was made with.
        @Nullable public var tokenId: Token.ID?
        /// For `X-CSRF-Token` on calls by cookie that change something; null for a token's holder.
        @Nullable public var csrfToken: String?

        public init(scope: Scope?, tokenId: Token.ID?, csrfToken: String?) {
            self.scope = scope
            self.tokenId = tokenId
            self.csrfToken = csrfToken
        }
    }

    /// A link that signs a browser in, once: `POST /api/sign-in/links`.
    public struct SignInLink: APIValue {
        public var url: String
        public var expiresAt: Moment

        public init(url: String, expiresAt: Moment) {
            self.url = url
            self.expiresAt = expiresAt
        }
    }
}
