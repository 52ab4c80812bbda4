package import AgBase

/// What a request line asks for, taken apart: RFC 9112, section 3.2.
package struct RequestTarget: Sendable {
    /// As sent, without the query; `/` at least. A host in front (absolute form) is taken off.
    package let path: String
    package let query: HTTPQuery
    /// The path's pieces, percent-decoded; `/` has none, a slash at the end gives an empty last one.
    package let segments: [String]

    /// Throws `Fault` 400 `invalid-target`.
    package init(_ raw: String) throws(Fault) {
        guard !raw.utf8.contains(where: { $0 == 0x20 || HTTPToken.isControl($0) }) else {
            throw Fault(.badRequest, "invalid-target", "The request target holds a space or a control character.")
        }
        let target = try Self.originForm(raw)
        // By bytes: going through characters would cost more than all the rest.
        let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) ?? target.endIndex
        try Self.checkItems(target.utf8[mark...])
        path = String(target[..<mark])
        query = HTTPQuery(raw: String(Substring(target.utf8[mark...].dropFirst())))
        segments = try Self.segments(of: path)
    }

    private static let mostItems = 256

    private static func checkItems(_ query: Substring.UTF8View.SubSequence) throws(Fault) {
        var items = 1
        for byte in query where byte == UInt8(ascii: "&") { items += 1 }
        guard items > mostItems else { return }
        throw Fault(
            .badRequest, "too-many-query-items", "The query has \(items) items; at most \(mostItems) are read.")
    }

    private static func originForm(_ raw: String) throws(Fault) -> Substring {
        if raw.utf8.first == UInt8(ascii: "/") || raw == "*" { return Substring(raw) }
        // By bytes here too: a slash with a combining accent behind it is still a slash.
        let scheme = ["http://", "https://"].first { ASCIICase.isEqual(Substring(raw.utf8.prefix($0.utf8.count)), $0) }
        guard let scheme else {
            throw Fault(.badRequest, "invalid-target", "The request target must start with a slash.")
        }
        let rest = raw.utf8.dropFirst(scheme.utf8.count)
        guard let start = rest.firstIndex(where: { "/?".utf8.contains($0) }) else { return "/" }
        let target = Substring(rest[start...])
        return rest[start] == UInt8(ascii: "/") ? target : "/" + target
    }

    private static func segments(of path: String) throws(Fault) -> [String] {
        if path == "/" || path == "*" { return [] }
        let pieces = path.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        // Most paths have nothing to decode.
        if !path.utf8.contains(where: { $0 == 0x25 || $0 == 0 }) { return pieces.map { String(Substring($0)) } }
        var segments: [String] = []
        for piece in pieces {
            guard let segment = PercentEncoding.decode(Substring(piece)) else {
                throw Fault(
                    .badRequest, "invalid-target",
                    "The path holds '\(Substring(piece).excerpt())', which is not percent-encoded UTF-8.")
            }
            segments.append(segment)
        }
        return segments
    }
}
