/// A path with holes: `/api/images/{id}`; `{rest...}` at the end takes one segment or more.
package struct RoutePattern: Sendable, CustomStringConvertible {
    enum Piece: Sendable, Equatable {
        case literal(String)
        case one(String)
        case rest(String)
    }

    package let text: String
    let pieces: [Piece]

    /// Patterns are written by us, so a wrong one stops the program.
    init(_ text: String) {
        precondition(text.hasPrefix("/"), "The pattern '\(text)' must start with a slash")
        self.text = text
        pieces =
            text == "/" ? [] : text.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map(Self.piece)
        precondition(
            !pieces.dropLast().contains { if case .rest = $0 { true } else { false } },
            "Only the last piece of '\(text)' can take the rest")
    }

    package var description: String { text }

    private static func piece(_ text: Substring) -> Piece {
        guard text.hasPrefix("{"), text.hasSuffix("}") else { return .literal(String(text)) }
        let name = text.dropFirst().dropLast()
        return name.hasSuffix("...") ? .rest(String(name.dropLast(3))) : .one(String(name))
    }
}
