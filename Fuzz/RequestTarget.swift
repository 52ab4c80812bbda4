import AgBase
import AgHTTP

/// A request line's target: path, segments, query.
package enum RequestTargetFuzz: FuzzTarget {
    package static let name = "request-target"

    package static func run(_ input: [UInt8]) throws {
        let text = String(decoding: input, as: UTF8.self)
        guard let target = try? RequestTarget(text) else { return }
        try check(target)
        if text.utf8.first == UInt8(ascii: "/") { try checkAbsolute(text, target) }
    }

    private static func check(_ target: RequestTarget) throws {
        try promise(target.path.utf8.first == UInt8(ascii: "/") || target.path == "*", "a path without slash")
        try promise(!target.path.utf8.contains(UInt8(ascii: "?")), "a question mark in the path")
        try promise(target.segments.allSatisfy { !$0.utf8.contains(0) }, "a NUL in a segment")
        let again = "/" + target.segments.map { PercentEncoding.encode($0) }.joined(separator: "/")
        if !target.segments.isEmpty {
            try promise(isSame(try RequestTarget(again).segments, target.segments), "reads differently again: \(again)")
        }
        try check(target.query)
    }

    /// The same path behind a host asks for the same.
    private static func checkAbsolute(_ text: String, _ target: RequestTarget) throws {
        let absolute = try RequestTarget("http://host" + text)
        let isEqual = isSame(absolute.path, target.path) && isSame(absolute.query.raw, target.query.raw)
        try promise(isEqual && isSame(absolute.segments, target.segments), "the absolute form differs: \(text)")
    }

    private static func check(_ query: HTTPQuery) throws {
        guard let items = try? query.items() else { return }
        let pieces = query.raw.utf8.split(separator: UInt8(ascii: "&")).count
        try promise(items.count == pieces, "\(items.count) items in \(pieces) pieces of \(query.raw)")
        let again = items.map { "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))" }
        let read = try HTTPQuery(raw: again.joined(separator: "&")).items()
        try promise(
            isSame(read.flatMap { [$0.name, $0.value] }, items.flatMap { [$0.name, $0.value] }),
            "the query reads differently again: \(again)")
        if let name = try query.names.last { try promise(try query[name] != nil, "a name without value") }
    }
}
