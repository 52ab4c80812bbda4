import AgBase
import AgJobs
package import AgModel
import AgPatterns
import AgSQL

/// A rule: items whose name matches get its pictures, where they have none of their own.
package struct PatternRule: Sendable, Equatable {
    package enum Match: Sendable, Equatable {
        /// Any of some words; see `Keywords`.
        case keywords(String)
        /// A pattern in JavaScript's syntax, without regard to case.
        case regex(String)
    }

    package let id: String
    package let match: Match
    /// As it is compiled.
    package let pattern: String
    /// What is shown for it, and looked for in a catalogue.
    package let text: String
    package let catalogID: String?
    package let isBuiltIn: Bool
    package let isEnabled: Bool
    package let passesThrough: Bool
    /// Its pictures lie under it; rules may share one. `nil` for a built-in rule, which has none.
    package let pictureKey: String?
    package let pictures: Sides<ImageID?>
    /// From 0, in the order in which rules are tried; the built-in ones stand behind all others.
    package let order: Int
    /// Why the pattern cannot be used, although it is stored.
    package let problem: String?
}

/// What a caller wants of a rule; what is `nil` stays as it is, or gets its usual value.
package struct RuleWish: Sendable {
    package static let mostText = 1_000

    package var match: PatternRule.Match?
    package var text: String?
    /// `.some(nil)` takes it away.
    package var catalogID: String??
    package var isEnabled: Bool?
    package var passesThrough: Bool?
    package var pictureKey: String?

    package init(
        match: PatternRule.Match? = nil, text: String? = nil, catalogID: String?? = nil, isEnabled: Bool? = nil,
        passesThrough: Bool? = nil, pictureKey: String? = nil
    ) {
        self.match = match
        self.text = text
        self.catalogID = catalogID
        self.isEnabled = isEnabled
        self.passesThrough = passesThrough
        self.pictureKey = pictureKey
    }

    /// Whether nothing but the switch is asked for, which is all that a built-in rule has.
    var isSwitchOnly: Bool {
        match == nil && text == nil && catalogID == nil && passesThrough == nil && pictureKey == nil
    }

    /// Throws `Fault` 422: `invalid-pattern` with the place, `empty-keywords`, `empty-text`, `bad-picture-key`.
    func check() throws(Fault) {
        if let text, text.allSatisfy(\.isWhitespace) || text.unicodeScalars.count > Self.mostText {
            throw Self.refuse("empty-text", "text", "`text` must have 1 to \(Self.mostText) characters.")
        }
        if let pictureKey, ItemUUID(pictureKey) == nil {
            throw Self.refuse(
                "bad-picture-key", "pictureKey", "`pictureKey` must have 1 to 128 bytes and no control characters.")
        }
        if case .some(.some(let id)) = catalogID, id.isEmpty || id.utf8.count > 200 {
            throw Self.refuse("bad-catalog-id", "catalogId", "`catalogId` must have 1 to 200 bytes, or be null.")
        }
    }

    fileprivate static func refuse(_ code: String, _ subject: String, _ sentence: String) -> Fault {
        Fault(
            .unprocessable, code, sentence, details: [Fault.Detail(subject: subject, code: code, detail: sentence)])
    }
}

extension PatternRule.Match {
    /// What a caller wrote.
    var source: String {
        switch self {
        case .keywords(let text), .regex(let text): text
        }
    }

    /// The pattern, checked by compiling it. Throws `Fault` 422.
    func compiled() throws(Fault) -> JavaScriptPattern {
        switch self {
        case .keywords(let text):
            guard let pattern = Keywords.pattern(text) else {
                throw RuleWish.refuse(
                    "empty-keywords", "keywords", "`keywords` needs a word; words are separated by , or ;.")
            }
            return try Self.compile(pattern, subject: "keywords")
        case .regex(let text):
            guard !text.isEmpty else { throw RuleWish.refuse("empty-pattern", "regex", "`regex` must not be empty.") }
            return try Self.compile(text, subject: "regex")
        }
    }

    private static func compile(_ pattern: String, subject: String) throws(Fault) -> JavaScriptPattern {
        do throws(PatternFault) {
            return try JavaScriptPattern(pattern)
        } catch {
            let code = error.kind == .invalid ? "invalid-pattern" : "\(error.kind.code)-pattern"
            let sentence = "The pattern cannot be used: \(error.reason), at character \(error.position + 1)."
            throw Fault(
                .unprocessable, code, sentence,
                details: [
                    Fault.Detail(subject: subject, code: code, detail: sentence, position: error.position)
                ])
        }
    }
}

extension PatternFault.Kind {
    fileprivate var code: String {
        switch self {
        case .invalid: "invalid"
        case .unsupported: "unsupported"
        case .tooLarge: "oversized"
        }
    }
}

/// A rule as it is stored.
struct RuleRow: Sendable {
    let id: String
    let place: Int64
    let keywords: String?
    let pattern: String
    let text: String
    let catalogID: String?
    let isEnabled: Bool
    let passesThrough: Bool
    let pictureKey: String

    static let columns: SQL = """
        id, place, keywords, pattern, shown_text, catalog_id, is_enabled, passes_through, picture_key
        """

    init(_ row: Row) throws {
        id = try row["id"]
        place = try row["place"]
        keywords = try row["keywords"]
        pattern = try row["pattern"]
        text = try row["shown_text"]
        catalogID = try row["catalog_id"]
        isEnabled = try row["is_enabled"]
        passesThrough = try row["passes_through"]
        pictureKey = try row["picture_key"]
    }

    static func all(in connection: any SQLConnection) throws -> [RuleRow] {
        try connection.all("SELECT \(columns) FROM pattern_rules ORDER BY place, id") { try RuleRow($0) }
    }

    static func find(_ id: String, in connection: any SQLConnection) throws -> RuleRow? {
        try connection.first("SELECT \(columns) FROM pattern_rules WHERE id = \(id)") { try RuleRow($0) }
    }

    /// Rules are written rarely, and an order concerns all of them: one writer at a time.
    static func lock(in tx: any SQLTransaction) throws {
        if let lock = tx.dialect.lock("pattern_rules") { _ = try tx.first(lock) { _ in } }
    }

    /// To be called by every write of rules, their pictures and their switches: compiled rules of all servers are read again.
    static func noteChange(of id: String?, _ events: EventLog, in tx: any SQLTransaction) throws {
        try tx.execute("UPDATE rule_state SET generation = generation + 1 WHERE id = 1")
        let data: JSONValue = ["ruleId": .optional(id)]
        events.append(.ruleUpdated, about: id.map { EventSubject(.rule, $0) }, data: data.text, in: tx)
    }

    static func generation(in connection: any SQLConnection) throws -> Int64 {
        try connection.value("SELECT generation FROM rule_state WHERE id = 1") ?? 0
    }

    // MARK: Pictures

    static func pictures(of key: String, in connection: any SQLConnection) throws -> Sides<PhotoLink?> {
        try PhotoLink.sides(
            "SELECT side, image_id, NULL AS shared_image_id, byte_count, cached_at FROM rule_pictures WHERE picture_key = \(key)",
            in: connection)
    }

    static func putPicture(_ link: PhotoLink, under key: String, _ side: ItemSide, in tx: any SQLTransaction) throws {
        try tx.execute(
            """
            INSERT INTO rule_pictures (picture_key, side, image_id, byte_count, cached_at)
            VALUES (\(key), \(side.rawValue), \(link.image), \(link.byteCount), \(link.cachedAt))
            ON CONFLICT (picture_key, side) DO UPDATE SET image_id = excluded.image_id, byte_count = excluded.byte_count,
                cached_at = excluded.cached_at
            """)
    }

    /// Removes the pictures of a key that no rule has any more.
    static func dropPictures(of key: String, in tx: any SQLTransaction) throws {
        try tx.execute(
            """
            DELETE FROM rule_pictures WHERE picture_key = \(key)
                AND NOT EXISTS (SELECT 1 FROM pattern_rules WHERE picture_key = \(key))
            """)
    }
}

/// Pictures of rules.
struct RulePictureUse: ImageUse {
    func users(of image: ImageID, limit: Int, in connection: any SQLConnection) throws -> [ImageUser] {
        try connection.all(
            """
            SELECT r.id, p.side FROM rule_pictures p JOIN pattern_rules r ON r.picture_key = p.picture_key
            WHERE p.image_id = \(image) ORDER BY r.id, p.side LIMIT \(limit)
            """
        ) { row in
            let (rule, side): (String, String) = (try row[0], try row[1])
            return ImageUser(EventSubject(.rule, rule), "the \(side) of the rule \(rule)")
        }
    }

    func unlink(_ image: ImageID, at moment: Timestamp, _ events: EventLog, in tx: any SQLTransaction) throws {
        let count = try tx.execute("DELETE FROM rule_pictures WHERE image_id = \(image)")
        if count > 0 { try RuleRow.noteChange(of: nil, events, in: tx) }
    }
}

extension EventSubject.Kind {
    static let item = EventSubject.Kind("item")
    static let rule = EventSubject.Kind("rule")
}
