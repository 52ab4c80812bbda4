package import AgBase

/// Decides whether a failed request is sent again, and when. Pure: time and chance are parameters.
package struct RetryPolicy: Sendable {
    /// How often a request is sent at most, the first time included.
    package var attempts: Int
    /// Before the second attempt; doubles with each one.
    package var firstPause: Duration
    package var longestPause: Duration
    /// The longest wait that a server may ask for. Beyond it the caller gets the answer now.
    package var longestAsked: Duration

    package init(
        attempts: Int = 4, firstPause: Duration = .milliseconds(250), longestPause: Duration = .seconds(20),
        longestAsked: Duration = .seconds(60)
    ) {
        self.attempts = attempts
        self.firstPause = firstPause
        self.longestPause = longestPause
        self.longestAsked = longestAsked
    }

    /// Every failure and every answer goes to the caller.
    package static let never = RetryPolicy(attempts: 1)

    /// How one attempt ended.
    package enum Outcome: Sendable {
        case answer(status: Int, retryAfter: Duration?)
        case failure(RemoteError)
    }

    package enum Decision: Sendable, Hashable {
        case retry(after: Duration)
        case stop
    }

    /// - Parameters:
    ///   - attempt: how many were made, this one included.
    ///   - isIdempotent: whether the request may arrive twice.
    ///   - isRepeatable: whether its body can be sent again.
    ///   - chance: from 0 to 1; spreads the waits, so that clients of one server do not come back together.
    package func decision(
        after outcome: Outcome, attempt: Int, isIdempotent: Bool, isRepeatable: Bool, chance: Double
    ) -> Decision {
        guard attempt < attempts, isRepeatable, isPassing(outcome, isIdempotent) else { return .stop }
        let backOff = min(firstPause * (1 << min(attempt - 1, 20)), longestPause)
        guard case .answer(_, let asked?) = outcome else {
            // Between half and the whole of it.
            return .retry(after: backOff * (0.5 + chance / 2))
        }
        guard asked <= longestAsked else { return .stop }
        // Never earlier than asked.
        return .retry(after: max(asked, backOff / 2) + backOff * (chance / 2))
    }

    /// 429 and 503 say that the request was not worked on; what never left had no effect either. Everything else may have
    /// had its effect.
    private func isPassing(_ outcome: Outcome, _ isIdempotent: Bool) -> Bool {
        switch outcome {
        case .answer(429, _), .answer(503, _): true
        case .answer(let status, _): isIdempotent && [408, 425, 500, 502, 504].contains(status)
        case .failure(let error): error.isPassing && (isIdempotent || error.isUnsent)
        }
    }
}

/// The `Retry-After` header: seconds or a date (RFC 9110, section 10.2.3).
package enum RetryAfter {
    /// `nil` for what is neither; a date that has passed is zero.
    package static func duration(_ value: String?, now: Timestamp) -> Duration? {
        guard let value else { return nil }
        if !value.isEmpty, value.utf8.allSatisfy({ 48...57 ~= $0 }) {
            return .seconds(Int64(value).map { min($0, 1 << 31) } ?? 1 << 31)
        }
        return HTTPDate.parse(value).map { max($0 - now, .zero) }
    }
}
