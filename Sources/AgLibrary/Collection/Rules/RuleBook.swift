import AgBase
import AgModel
import AgPatterns
import AgSQL
import Synchronization

/// All rules as they were at one moment, compiled: a name goes in, the rules that match come out.
final class RuleBook: Sendable {
    /// All of them in the order in which they are tried, also those that are switched off.
    let rules: [PatternRule]
    fileprivate let generation: Int64
    /// Those that are tried, as places in `rules`.
    private let tried: [Int]
    private let pictures: [Sides<PlacedPicture<ImageID>>]
    private let patterns: PatternList
    /// Every pattern by its text, for the next book.
    private let programs: [String: JavaScriptPattern]
    /// Names repeat: a collection has many of one coin.
    private let known = Mutex<[String: [Int]]>([:])
    private static let mostKnown = 20_000

    fileprivate init(in connection: any SQLConnection, generation: Int64, after last: RuleBook?) throws {
        self.generation = generation
        let links = try Self.links(in: connection)
        let rows = try RuleRow.all(in: connection)
        var programs: [String: JavaScriptPattern] = [:]
        var compiled: [Int: JavaScriptPattern] = [:]
        var rules: [PatternRule] = []
        for (order, row) in rows.enumerated() {
            let program = PatternRule.program(row.pattern, known: last?.programs[row.pattern])
            let pattern = try? program.get()
            (programs[row.pattern], compiled[order]) = (pattern, pattern)
            rules.append(PatternRule(row, order, links[row.pictureKey], program))
        }
        rules += try Self.builtIn(behind: rows.count, &compiled, in: connection)
        self.rules = rules
        self.programs = programs
        tried = rules.indices.filter { rules[$0].isEnabled && compiled[$0] != nil }
        pictures = rules.map { rule in
            guard let links = rule.pictureKey.flatMap({ links[$0] }) else { return Sides(both: .none) }
            return links.map { $0?.placed ?? PlacedPicture.none }
        }
        patterns = PatternList(tried.compactMap { compiled[$0] })
    }

    private static func links(in connection: any SQLConnection) throws -> [String: Sides<PhotoLink?>] {
        var links: [String: Sides<PhotoLink?>] = [:]
        let rows = try connection.all(
            "SELECT picture_key, side, image_id, NULL AS shared_image_id, byte_count, cached_at FROM rule_pictures"
        ) { (try $0["picture_key"] as String, try ItemSide(stored: $0["side"]), try PhotoLink($0)) }
        for (key, side, link) in rows { links[key, default: Sides(both: nil)][side] = link }
        return links
    }

    private static func builtIn(
        behind count: Int, _ compiled: inout [Int: JavaScriptPattern], in connection: any SQLConnection
    ) throws -> [PatternRule] {
        let switches: [String: Bool] = Dictionary(
            try connection.all("SELECT id, is_enabled FROM built_in_rules") {
                (try $0[0] as String, try $0[1] as Bool)
            }
        ) { first, _ in first }
        return BuiltInRule.all.enumerated().map { index, rule in
            compiled[count + index] = BuiltInPatterns.compiled[index]
            return PatternRule(rule, order: count + index, isEnabled: switches[rule.id] ?? false)
        }
    }

    // MARK: Matching

    /// The places in `rules` of those that match a name: all of them, or up to and with the first that does not pass through.
    ///
    /// Throws `Fault` 422 `pattern-limit`.
    func matches(_ name: String, all: Bool = false) throws(Fault) -> [Int] {
        if !all, let found = known.withLock({ $0[name] }) { return found }
        let found = try undecidedAsFault(name) { text throws(PatternList.Undecided) in
            try patterns.matches(text) { [rules, tried] in !all && !rules[tried[$0]].passesThrough }
        }
        if !all { keep(found, for: name) }
        return found
    }

    private func undecidedAsFault(
        _ name: String, _ match: (PatternText) throws(PatternList.Undecided) -> [Int]
    ) throws(Fault) -> [Int] {
        do throws(PatternList.Undecided) {
            return try match(PatternText(name)).map { tried[$0] }
        } catch {
            throw Self.limit(rules[tried[error.index]].id, name)
        }
    }

    private func keep(_ found: [Int], for name: String) {
        known.withLock { known in
            if known.count >= Self.mostKnown { known.removeAll(keepingCapacity: true) }
            known[name] = found
        }
    }

    private static func limit(_ rule: String, _ name: String) -> Fault {
        let sentence =
            "Rule \(rule) needs more steps than a pattern may take for the name '\(name.excerpt())', so it is not known which "
            + "rule matches. Make the pattern simpler, or switch the rule off."
        return Fault(
            .unprocessable, "pattern-limit", sentence,
            details: [Fault.Detail(subject: rule, code: "pattern-limit", detail: sentence)])
    }

    /// What the rules have for both sides of an item of this name.
    func matching(_ name: String, all: Bool = false) throws(Fault) -> Sides<[MatchingRule<ImageID>]> {
        let places = try matches(name, all: all)
        return Sides { side in
            places.map { place in
                MatchingRule(
                    id: rules[place].id, passesThrough: rules[place].passesThrough, picture: pictures[place][side])
            }
        }
    }
}

/// The built-in rules never change while the program runs.
private enum BuiltInPatterns {
    static let compiled: [JavaScriptPattern?] = BuiltInRule.all.map { try? JavaScriptPattern($0.pattern) }
}

extension PatternRule {
    fileprivate static func program(
        _ text: String, known: JavaScriptPattern? = nil
    ) -> Result<JavaScriptPattern, PatternFault> {
        if let known { return .success(known) }
        do throws(PatternFault) {
            return .success(try JavaScriptPattern(text))
        } catch {
            return .failure(error)
        }
    }

    /// One rule as it is now, also within the write that makes it. Throws `Fault` 404.
    static func find(_ id: String, in connection: any SQLConnection) throws -> PatternRule {
        let count: Int = try connection.value("SELECT count(*) FROM pattern_rules") ?? 0
        if let index = BuiltInRule.all.firstIndex(where: { $0.id == id }) {
            let isEnabled: Bool? = try connection.value("SELECT is_enabled FROM built_in_rules WHERE id = \(id)")
            return PatternRule(BuiltInRule.all[index], order: count + index, isEnabled: isEnabled ?? false)
        }
        guard let row = try RuleRow.find(id, in: connection) else { throw PatternRules.unknown(id) }
        let order: Int =
            try connection.value(
                "SELECT count(*) FROM pattern_rules WHERE (place, id) < (\(row.place), \(row.id))") ?? 0
        let links = try RuleRow.pictures(of: row.pictureKey, in: connection)
        return PatternRule(row, order, links, program(row.pattern))
    }

    fileprivate init(
        _ row: RuleRow, _ order: Int, _ links: Sides<PhotoLink?>?, _ program: Result<JavaScriptPattern, PatternFault>
    ) {
        let problem: String? = if case .failure(let fault) = program { "\(fault)" } else { nil }
        self.init(
            id: row.id, match: row.keywords.map { .keywords($0) } ?? .regex(row.pattern), pattern: row.pattern,
            text: row.text, catalogID: row.catalogID, isBuiltIn: false, isEnabled: row.isEnabled,
            passesThrough: row.passesThrough, pictureKey: row.pictureKey,
            pictures: links?.map { $0?.image } ?? Sides(both: nil), order: order, problem: problem)
    }

    fileprivate init(_ rule: BuiltInRule, order: Int, isEnabled: Bool) {
        self.init(
            id: rule.id, match: .regex(rule.pattern), pattern: rule.pattern, text: rule.text, catalogID: rule.catalogID,
            isBuiltIn: true, isEnabled: isEnabled, passesThrough: false, pictureKey: nil, pictures: Sides(both: nil),
            order: order, problem: nil)
    }
}

/// Keeps the last book, and makes a new one when the rules have changed: in the snapshot of the one who asks, so that a book is never
/// newer or older than the items beside it.
final class RuleShelf: Sendable {
    private let last = Mutex<RuleBook?>(nil)

    func book(in connection: any SQLConnection) throws -> RuleBook {
        let generation = try RuleRow.generation(in: connection)
        if let book = last.withLock({ $0 }), book.generation == generation { return book }
        let book = try RuleBook(in: connection, generation: generation, after: last.withLock { $0 })
        last.withLock { last in
            if (last?.generation ?? 0) <= generation { last = book }
        }
        return book
    }
}
