import AgBase

/// The query of a target, decoded when read: `+` is a space, names may repeat.
///
/// Reading throws `Fault` 400 `invalid-query` when any part of the query is not percent-encoded UTF-8.
package struct HTTPQuery: Sendable {
    /// Without the question mark, as it was sent.
    package let raw: String

    package init(raw: String) {
        self.raw = raw
    }

    /// The first value of that name.
    package subscript(_ name: String) -> String? {
        get throws { try items().first { $0.name == name }?.value }
    }

    /// Every value of that name, in order.
    package func all(_ name: String) throws -> [String] {
        try items().filter { $0.name == name }.map(\.value)
    }

    /// Each name once, in the order of first appearance.
    package var names: [String] {
        get throws {
            var seen: Set<String> = []
            return try items().map(\.name).filter { seen.insert($0).inserted }
        }
    }

    package var isEmpty: Bool { raw.isEmpty }

    /// All pairs in order; an item without `=` has an empty value, empty items are skipped.
    ///
    /// Split by bytes: as characters, `&` with a combining accent behind it would be no `&`.
    package func items() throws -> [(name: String, value: String)] {
        if raw.isEmpty { return [] }
        return try raw.utf8.split(separator: UInt8(ascii: "&")).map { item in
            let parts = item.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            return (try decode(Substring(parts[0])), try decode(parts.count == 2 ? Substring(parts[1]) : ""))
        }
    }

    private func decode(_ part: Substring) throws -> String {
        guard let text = PercentEncoding.decode(part, plusIsSpace: true) else {
            throw Fault(
                .badRequest, "invalid-query", "The query holds '\(part.excerpt())', which is not percent-encoded UTF-8."
            )
        }
        return text
    }
}
