/// The value of `If-Match` and `If-None-Match`: any tag at all, or one of a list.
enum EntityTagList: Equatable {
    case any
    case some([EntityTag])

    /// `nil` when it is neither; several fields count as one list.
    init?(_ values: [String]) {
        let text = values.joined(separator: ",")
        if HTTPToken.trimmed(text) == "*" {
            self = .any
            return
        }
        var tags: [EntityTag] = []
        for part in Self.split(text) {
            guard let tag = EntityTag(parsing: HTTPToken.trimmed(part)) else { return nil }
            tags.append(tag)
        }
        self = .some(tags)
    }

    func contains(where isMatch: (EntityTag) -> Bool) -> Bool {
        switch self {
        case .any: true
        case .some(let tags): tags.contains(where: isMatch)
        }
    }

    /// At commas outside of quotes; a tag may hold commas. By bytes: an accent may follow the quote.
    private static func split(_ text: String) -> [Substring] {
        var isQuoted = false
        let pieces = text.utf8.split { byte in
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            return byte == UInt8(ascii: ",") && !isQuoted
        }
        return pieces.map { Substring($0) }.filter { !HTTPToken.trimmed($0).isEmpty }
    }
}
