import AgBase

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
