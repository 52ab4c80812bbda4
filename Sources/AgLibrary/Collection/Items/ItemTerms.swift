import AgModel

/// What an item is found by: the words of its name, notes and tags, its tags as wholes, and its catalogue number.
///
/// Words are letters and digits, in lower case. They lie in a table by word, for those that few items have, and in the item's row, for
/// those that many have: see `Items.list`.
enum ItemTerms {
    /// So many words of one item are found; a novel in the notes is not indexed to its end.
    private static let most = 2_000
    private static let longestWord = 64

    static func terms(of item: ItemDocument) -> [String] {
        var found: Set<String> = []
        for text in [item.name] + item.tags + [item.notes] {
            for word in words(text) where found.count < most { found.insert(word) }
        }
        for tag in item.tags { found.insert(self.tag(tag)) }
        if let catalogID = item.catalogID { found.insert(self.catalogID(catalogID)) }
        return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    static func words(_ text: String) -> [String] {
        text.lowercased().unicodeScalars
            .split { !($0.properties.isAlphabetic || $0.properties.numericType != nil || isMark($0)) }
            .map { String(String.UnicodeScalarView($0.prefix(longestWord))) }
    }

    /// Accents that stand behind their letters.
    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .nonspacingMark
    }

    static func tag(_ text: String) -> String { "#" + visible(text.lowercased()) }

    static func catalogID(_ text: String) -> String { "=" + visible(text) }

    /// Terms are kept one per line.
    private static func visible(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 0x20 }.prefix(200)))
    }

    /// All terms in one text, each with a line end on both sides.
    static func text(_ terms: [String]) -> String { "\n" + terms.map { "\($0)\n" }.joined() }

    static func list(_ text: String) -> [String] {
        text.utf8.split(separator: 0x0A).map { String(Substring($0)) }
    }
}
