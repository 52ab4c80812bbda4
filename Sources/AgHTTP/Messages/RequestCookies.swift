/// The cookies that a request carries: RFC 6265, section 4.2, read forgivingly, and by bytes.
package struct RequestCookies: Sendable {
    private let pairs: [(name: Substring, value: Substring)]

    package init(_ headers: HTTPHeaders) {
        pairs = headers.all("cookie").flatMap { line in
            line.utf8.split(separator: UInt8(ascii: ";")).compactMap { Self.pair(Substring($0)) }
        }
    }

    /// The first cookie of that name; quotes around its value are taken off.
    package subscript(_ name: String) -> String? {
        pairs.first { $0.name == name }.map { String($0.value) }
    }

    private static func pair(_ text: Substring) -> (Substring, Substring)? {
        guard let equals = text.utf8.firstIndex(of: UInt8(ascii: "=")) else { return nil }
        let name = HTTPToken.trimmed(Substring(text.utf8[..<equals]))
        guard HTTPToken.isToken(name) else { return nil }
        return (name, unquoted(HTTPToken.trimmed(Substring(text.utf8[equals...].dropFirst()))))
    }

    private static func unquoted(_ value: Substring) -> Substring {
        let quote = UInt8(ascii: "\"")
        guard value.utf8.count >= 2, value.utf8.first == quote, value.utf8.last == quote else { return value }
        return Substring(value.utf8.dropFirst().dropLast())
    }
}
