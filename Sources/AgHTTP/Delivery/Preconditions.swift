package import AgBase

/// Whether a conditional request goes on: RFC 9110, section 13.2.2, in its order.
enum Preconditions: Equatable {
    case proceed
    case notModified
    case failed

    static func evaluate(
        _ headers: HTTPHeaders, method: HTTPMethod, tag: EntityTag, lastModified: Timestamp?
    ) -> Preconditions {
        let reads = method == .get || method == .head
        if headers.contains("if-match") {
            guard let wanted = EntityTagList(headers.all("if-match")), wanted.contains(where: tag.isStrongMatch) else {
                return .failed
            }
        } else if let limit = date(headers, "if-unmodified-since"), let lastModified, lastModified > limit {
            return .failed
        }
        if headers.contains("if-none-match") {
            // One that cannot be read matches nothing, which costs a full answer and never a wrong one.
            guard let known = EntityTagList(headers.all("if-none-match")), known.contains(where: tag.isWeakMatch) else {
                return .proceed
            }
            return reads ? .notModified : .failed
        }
        guard reads, let since = date(headers, "if-modified-since"), let lastModified else { return .proceed }
        return lastModified <= since ? .notModified : .proceed
    }

    /// Whether a range may be served, or the whole has changed since the client took its part.
    static func allowsRange(_ headers: HTTPHeaders, tag: EntityTag, lastModified: Timestamp?) -> Bool {
        guard let condition = headers["if-range"] else { return true }
        if let known = EntityTag(parsing: condition) { return known.isStrongMatch(tag) }
        return lastModified != nil && HTTPDate.parse(condition) == lastModified
    }

    private static func date(_ headers: HTTPHeaders, _ name: String) -> Timestamp? {
        headers[name].flatMap(HTTPDate.parse)
    }
}

/// What a call that changes something asks of what is there: `If-Match` and `If-None-Match` (RFC 9110, sections 13.1.1 and 13.1.2).
package struct WriteCondition: Sendable {
    private let wanted: EntityTagList?
    private let hasWanted: Bool
    private let unwanted: EntityTagList?

    package init(_ request: HTTPRequest) {
        let headers = request.headers
        hasWanted = headers.contains("if-match")
        wanted = hasWanted ? EntityTagList(headers.all("if-match")) : nil
        unwanted = headers.contains("if-none-match") ? EntityTagList(headers.all("if-none-match")) : nil
    }

    /// Throws `Fault` 412 `precondition-failed`.
    ///
    /// - Parameter tag: of what is there; `nil` when nothing is.
    package func check(_ tag: EntityTag?) throws(Fault) {
        // One that cannot be read wants something that is not there.
        if hasWanted {
            guard let tag, wanted?.contains(where: tag.isStrongMatch) ?? false else {
                throw Self.failed("It is not what If-Match names: read it again.")
            }
        }
        guard let tag, let unwanted else { return }
        if unwanted.contains(where: tag.isWeakMatch) {
            throw Self.failed("It is there already, and If-None-Match forbids that.")
        }
    }

    private static func failed(_ sentence: String) -> Fault {
        Fault(.preconditionFailed, "precondition-failed", "\(sentence) Nothing was changed.")
    }
}
