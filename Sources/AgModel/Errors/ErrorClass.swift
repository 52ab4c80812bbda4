/// Why a piece of work failed, coarse enough to decide whether trying again can help.
package enum ErrorClass: String, Sendable, Codable, CaseIterable {
    /// The input will never work.
    case invalid
    /// A credential was refused.
    case auth
    /// A paid or set limit is used up.
    case quota
    /// A provider declined the content.
    case safety
    /// Asked too fast.
    case rateLimit = "rate-limit"
    case network
    case timeout
    /// The process doing the work died.
    case crash
    /// Our own mistake or our own machine.
    case `internal`

    /// Whether the queue tries again by itself.
    package var isRetryable: Bool {
        switch self {
        case .invalid, .auth, .quota, .safety: false
        case .rateLimit, .network, .timeout, .crash, .internal: true
        }
    }
}
