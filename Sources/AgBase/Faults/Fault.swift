/// What went wrong: a kind and a code for programs, a sentence for people, a cause for the log.
///
/// The message is written for a stranger: it names the thing, the numbers and the remedy, and never a path, SQL or a key.
package struct Fault: Error, Sendable {
    /// Decides the HTTP status and the exit code. One case per answer that a client treats differently.
    package enum Kind: String, Sendable, CaseIterable {
        /// The question itself is malformed (400).
        case badRequest
        /// No valid credential (401).
        case unauthorized
        /// A valid credential that does not reach this far (403).
        case forbidden
        /// The request did not arrive in its time (408).
        case timedOut
        /// There is no such thing, or it cannot exist (404).
        case notFound
        /// It clashes with what is there (409).
        case conflict
        /// It was there and will not come back (410).
        case gone
        /// It is not what the caller's condition says it is (412).
        case preconditionFailed
        /// More bytes than allowed (413).
        case tooLarge
        /// A media type we do not take (415).
        case unsupportedMediaType
        /// Understood, but the content is not acceptable (422).
        case unprocessable
        /// Asked too often (429).
        case tooManyRequests
        /// Our side failed (500).
        case `internal`
        /// Not now: a dependency is away or we are stopping (503).
        case unavailable
        /// No room left (507).
        case insufficientStorage
    }

    /// One part of the input that was at fault: a file, a query item, a field.
    package struct Detail: Sendable, Hashable {
        /// What the subject is called in an answer: `subject`, or `filename` for an upload.
        package var label: String
        package var subject: String
        package var code: String
        package var detail: String
        /// Where in the subject, in characters from 0, when that is known.
        package var position: Int?

        package init(
            label: String = "subject", subject: String, code: String, detail: String, position: Int? = nil
        ) {
            self.label = label
            self.subject = subject
            self.code = code
            self.detail = detail
            self.position = position
        }
    }

    package var kind: Kind
    /// Stable, kebab-case; programs switch on it.
    package var code: String
    package var message: String
    /// Whether the same call may succeed later without a change.
    package var isRetryable: Bool
    /// What the client should wait before it asks again, if we know.
    package var retryAfter: Duration?
    package var details: [Detail]
    /// For the log only.
    package var cause: (any Error)?

    /// `isRetryable` defaults to what the kind implies: true for unavailable, tooManyRequests and insufficientStorage.
    package init(
        _ kind: Kind, _ code: String, _ message: String, isRetryable: Bool? = nil, retryAfter: Duration? = nil,
        details: [Detail] = [], cause: (any Error)? = nil
    ) {
        self.kind = kind
        self.code = code
        self.message = message
        self.isRetryable = isRetryable ?? [.unavailable, .tooManyRequests, .insufficientStorage].contains(kind)
        self.retryAfter = retryAfter
        self.details = details
        self.cause = cause
    }
}

extension Fault: CustomStringConvertible {
    package var description: String {
        "\(code): \(message)" + (cause.map { " (\($0))" } ?? "")
    }
}
