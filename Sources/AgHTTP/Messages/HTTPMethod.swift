/// A request method, case-sensitive as RFC 9110 has it.
package struct HTTPMethod: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    package let rawValue: String

    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    package init(stringLiteral value: String) {
        self.init(rawValue: value)
    }

    package static let get: HTTPMethod = "GET"
    package static let head: HTTPMethod = "HEAD"
    package static let post: HTTPMethod = "POST"
    package static let put: HTTPMethod = "PUT"
    package static let patch: HTTPMethod = "PATCH"
    package static let delete: HTTPMethod = "DELETE"
    package static let options: HTTPMethod = "OPTIONS"

    /// What is counted by name. All others share one: no client shall make series without end.
    package static let counted: [HTTPMethod] = [.get, .head, .post, .put, .patch, .delete, .options]

    /// Whether the method promises to change nothing (RFC 9110, 9.2.1).
    package var isSafe: Bool { [.get, .head, .options].contains(self) }

    package var description: String { rawValue }
}
