/// Why a request got no answer, or not all of one: a kind for programs, a sentence for people, a cause for the log.
///
/// Sentences and causes name hosts, never paths, queries, header values or proxies' passwords.
package struct RemoteError: Error, Sendable, CustomStringConvertible {
    /// The stable code of each is its raw value.
    package enum Kind: String, Sendable, CaseIterable {
        case invalidURL = "invalid-url"
        /// The host has no address. A later attempt may find one.
        case unknownHost = "unknown-host"
        /// The rules of this client forbid the address (see `AddressRules`).
        case forbiddenAddress = "forbidden-address"
        /// Nothing listens there, or it cannot be reached.
        case noConnection = "no-connection"
        /// The server's certificate is not valid for it, or is signed by an authority that is not trusted here.
        case untrusted = "untrusted"
        /// TLS failed for another reason.
        case tls = "tls"
        /// Connecting took too long.
        case connectTimeout = "connect-timeout"
        /// Nothing went either way for too long.
        case idleTimeout = "idle-timeout"
        /// The whole took too long.
        case timeout = "timeout"
        /// The connection ended before the answer did.
        case cut = "cut"
        /// The answer is larger than its limit.
        case tooLarge = "too-large"
        /// The other side does not speak HTTP.
        case malformed = "malformed"
        /// A redirect that is not followed: too many, to less secure, or with a body that cannot be sent again.
        case redirect = "redirect"
        /// A setting of ours is wrong, such as the file of authorities.
        case configuration = "configuration"
        case `internal` = "internal"
    }

    package let kind: Kind
    package let message: String
    /// What libcurl said, for the log.
    package var cause: String?
    /// Whether it failed before the request left: it can have had no effect.
    package var isUnsent = false
    /// Whether a connection from an earlier request was found dead. Sending again at once is the cure.
    package var isStaleConnection = false

    package init(_ kind: Kind, _ message: String, cause: String? = nil, isUnsent: Bool = false) {
        self.kind = kind
        self.message = message
        self.cause = cause
        self.isUnsent = isUnsent
    }

    /// Whether the same request may succeed a little later.
    package var isPassing: Bool {
        switch kind {
        case .unknownHost, .noConnection, .connectTimeout, .idleTimeout, .cut: true
        default: false
        }
    }

    package var description: String { message }

    static func invalidURL(_ what: String) -> RemoteError {
        RemoteError(.invalidURL, "The address \(what).", isUnsent: true)
    }

    static func internalError(_ call: String) -> RemoteError {
        RemoteError(.internal, "The request could not be started.", cause: call, isUnsent: true)
    }
}
