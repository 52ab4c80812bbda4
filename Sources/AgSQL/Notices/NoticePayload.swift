/// Notices as they travel between processes: as many as fit into one text of PostgreSQL's NOTIFY, which takes less than
/// 8,000 bytes.
///
/// The sender's name, then for each notice U+001E, the topic, U+001F, the text. Neither character stands in ids, names and JSON.
/// Source of the limit: https://www.postgresql.org/docs/current/sql-notify.html
enum NoticePayload {
    static let mostBytes = 7_900
    /// A longer text, or one with a control character, does not travel: subscribers elsewhere get `missed` instead.
    static let mostText = 6_000

    private static let next: Character = "\u{1E}"
    private static let between: Character = "\u{1F}"
    /// Instead of a text: that of this topic something was lost.
    private static let lost = "\u{18}"

    /// One or more texts that carry all notices, each once.
    static func pack(_ notices: [Notice], from sender: String) -> [String] {
        var payloads: [String] = []
        var current = sender
        for notice in Notices.distinct(notices) {
            let piece = piece(notice)
            if current.utf8.count + piece.utf8.count > mostBytes {
                payloads.append(current)
                current = sender
            }
            current += piece
        }
        return current == sender ? payloads : payloads + [current]
    }

    private static func piece(_ notice: Notice) -> String {
        let fits = notice.text.utf8.count <= mostText && notice.text.utf8.allSatisfy { $0 >= 0x20 || $0 == 0x0A }
        return "\(next)\(notice.topic.name)\(between)\(fits ? notice.text : lost)"
    }

    /// Nothing for what `sender` sent itself, and for a text that is not ours.
    static func unpack(_ payload: String, unlessFrom sender: String) -> [(topic: String, arrival: NoticeArrival)] {
        let pieces = payload.split(separator: next, omittingEmptySubsequences: false)
        guard let first = pieces.first, first != sender else { return [] }
        return pieces.dropFirst().compactMap { piece in
            guard let mark = piece.firstIndex(of: between) else { return nil }
            let text = String(piece[piece.index(after: mark)...])
            return (String(piece[..<mark]), text == lost ? .missed : .text(text))
        }
    }
}
