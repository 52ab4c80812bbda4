/// The cookies that a request carries: RFC 6265, section 4.2, read forgivingly.
package struct RequestCookies: Sendable {
    private let pairs: [(name: Substring, value: Substring)]

    package init(_ headers: HTTPHeaders) {
        pairs = headers.all("cookie").flatMap { line in
            line.split(separator: ";").compactMap(Self.pair)
        }
    }

    /// The first cookie of that name; quotes around its value are taken off.
    package subscript(_ name: String) -> String? {
        pairs.first { $0.name == name }.map { String($0.value) }
    }

    private static func pair(_ text: Substring) -> (Substring, Substring)? {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let name = HTTPToken.trimmed(parts[0])
        guard HTTPToken.isToken(name) else { return nil }
        return (name, unquoted(HTTPToken.trimmed(parts[1])))
    }

    private static func unquoted(_ value: Substring) -> Substring {
        guard value.utf8.count >= 2, value.first == "\"", value.last == "\"" else { return value }
        return value.dropFirst().dropLast()
    }
}
