import AgBase
import AgJobs
package import AgModel
import AgPatterns
import AgSQL

/// The door to pattern rules: their list, their order, their pictures, and which of them match a name.
package struct PatternRules: Sendable {
    /// Rules of the collection's own.
    package static let most = 10_000

    let database: any Database
    let events: EventLog
    let uploads: Uploads
    let time: any TimeSource
    let shelf: RuleShelf

    /// A rule with what its author should know of it.
    package struct Written: Sendable {
        package let rule: PatternRule
        /// It matches names that have nothing in common.
        package let matchesEverything: Bool
    }

    // MARK: Looking

    /// In the order in which they are tried, the built-in ones last.
    package func all() async throws -> [PatternRule] {
        try await database.read { [shelf] in try shelf.book(in: $0).rules }
    }

    /// Throws `Fault` 404 `no-such-rule`.
    package func rule(_ id: String) async throws -> PatternRule {
        try await database.read(.lookUp) { try PatternRule.find(id, in: $0) }
    }

    /// For each name the rules that match it, all or the first alone. Throws `Fault` 422 `pattern-limit`.
    package func match(_ names: [String], all: Bool) async throws -> [[PatternRule]] {
        try await database.read { [shelf] connection in
            let book = try shelf.book(in: connection)
            return try names.map { name -> [PatternRule] in
                let places = try book.matches(name, all: all)
                return (all ? places[...] : places.prefix(1)).map { book.rules[$0] }
            }
        }
    }

    // MARK: Writing

    /// Adds a rule behind those that are there. Throws `Fault` 422, 409 `too-many-rules`.
    package func add(_ wish: RuleWish) async throws -> Written {
        try await write { [self] tx in try insert(wish, in: tx) }
    }

    /// Changes what the wish names. A built-in rule can only be switched. Throws `Fault` 404, 409 `built-in-rule`, 422.
    package func change(_ id: String, _ wish: RuleWish) async throws -> Written {
        try wish.check()
        return try await write { [self] tx in
            if BuiltInRule.all.contains(where: { $0.id == id }) { return try flip(id, wish, in: tx) }
            let row = try require(id, in: tx)
            let compiled = try wish.match?.compiled()
            try update(row, wish, compiled, in: tx)
            try RuleRow.dropPictures(of: row.pictureKey, in: tx)
            return try written(id, compiled, in: tx)
        }
    }

    /// Removes a rule, and its pictures where no other rule has them too; the images stay in the library.
    package func delete(_ id: String) async throws {
        try await write { [self] tx in
            let row = try require(id, in: tx)
            try remove(row, in: tx)
            try RuleRow.noteChange(of: id, events, in: tx)
        }
    }

    /// Puts the rules of the collection's own in an order, which names each of them once, and switches all built-in ones. Throws
    /// `Fault` 422 `bad-order`.
    package func arrange(order: [String]?, builtIn: Bool?) async throws {
        try await write { [self] tx in
            if let order { try arrange(order, in: tx) }
            if let builtIn { for rule in BuiltInRule.all { try Self.turn(rule.id, builtIn, in: tx) } }
            try RuleRow.noteChange(of: nil, events, in: tx)
        }
    }

    private func arrange(_ order: [String], in tx: any SQLTransaction) throws {
        let known = Set(try RuleRow.all(in: tx).map(\.id))
        let named = Set(order)
        var details = named.subtracting(known).sorted().prefix(20).map {
            Self.detail($0, "no-such-rule", "is no rule of its own")
        }
        details += known.subtracting(named).sorted().prefix(20).map { Self.detail($0, "missing", "is missing") }
        if named.count < order.count { details.append(Self.detail("order", "duplicate", "names a rule twice")) }
        guard details.isEmpty else {
            throw Fault(
                .unprocessable, "bad-order",
                "`order` must name each of the \(known.count) rules once, without the built-in ones; nothing was changed.",
                details: details)
        }
        for (place, id) in order.enumerated() {
            try tx.execute(
                "UPDATE pattern_rules SET place = \(place), revision = revision + 1 WHERE id = \(id) AND place <> \(place)"
            )
        }
    }

    private static func detail(_ subject: String, _ code: String, _ complaint: String) -> Fault.Detail {
        Fault.Detail(subject: subject.excerpt(), code: code, detail: "'\(subject.excerpt())' \(complaint).")
    }

    // MARK: Pictures

    /// Stores a picture and makes it the rule's for one side, in one transaction.
    package func put(_ upload: AcceptedUpload, on id: String, _ side: ItemSide) async throws -> UploadOutcome {
        let target = UploadTarget(completion: { [self] outcomes, tx in
            let image = outcomes[0].image
            let link = PhotoLink(image.id, byteCount: image.original.byteCount, cachedAt: time.now())
            try self.link(link, to: id, side, in: tx)
        })
        return try await uploads.store([upload], at: target)[0]
    }

    package func put(_ image: ImageID, on id: String, _ side: ItemSide) async throws {
        try await database.write { [self] tx in
            try link(try PhotoLink.to(image, at: time.now(), in: tx), to: id, side, in: tx)
        }
    }

    /// Throws `Fault` 404 `no-picture`.
    package func removePicture(of id: String, _ side: ItemSide) async throws {
        try await write { [self] tx in
            let row = try require(id, in: tx)
            let count = try tx.execute(
                "DELETE FROM rule_pictures WHERE picture_key = \(row.pictureKey) AND side = \(side.rawValue)")
            guard count > 0 else {
                throw Fault(.notFound, "no-picture", "The rule has no picture for the \(side.rawValue).")
            }
            try RuleRow.noteChange(of: id, events, in: tx)
        }
    }

    private func link(_ link: PhotoLink, to id: String, _ side: ItemSide, in tx: any SQLTransaction) throws {
        try RuleRow.lock(in: tx)
        let row = try require(id, in: tx)
        try RuleRow.putPicture(link, under: row.pictureKey, side, in: tx)
        try RuleRow.noteChange(of: id, events, in: tx)
    }

    // MARK: Rows

    func write<Value: Sendable>(_ body: @escaping @Sendable (any SQLTransaction) throws -> Value) async throws -> Value
    {
        try await database.write { tx in
            try RuleRow.lock(in: tx)
            return try body(tx)
        }
    }

    /// Under the rules' lock.
    func insert(_ wish: RuleWish, in tx: any SQLTransaction) throws -> Written {
        try wish.check()
        guard let match = wish.match else {
            throw Fault(.unprocessable, "no-pattern", "A rule needs `keywords` or `regex`.")
        }
        let compiled = try match.compiled()
        let count: Int = try tx.value("SELECT count(*) FROM pattern_rules") ?? 0
        guard count < Self.most else {
            throw Fault(.conflict, "too-many-rules", "There are \(count) rules already; that is the most.")
        }
        let id = UUIDv7.shared.next()
        let keywords: String? = if case .keywords(let text) = match { text } else { nil }
        try tx.execute(
            """
            INSERT INTO pattern_rules (id, place, keywords, pattern, shown_text, catalog_id, is_enabled, passes_through,
                picture_key, revision, created_at)
            VALUES (\(id), (SELECT coalesce(max(place), -1) + 1 FROM pattern_rules), \(keywords), \(compiled.source),
                \(wish.text ?? match.source.excerpt(RuleWish.mostText)), \(wish.catalogID ?? nil),
                \(wish.isEnabled ?? true), \(wish.passesThrough ?? false),
                \(wish.pictureKey ?? "custom-img-\(id)"), 1, \(time.now()))
            """)
        return try written(id, compiled, in: tx)
    }

    private func update(
        _ row: RuleRow, _ wish: RuleWish, _ compiled: JavaScriptPattern?, in tx: any SQLTransaction
    ) throws {
        let keywords: String? =
            switch wish.match {
            case .keywords(let text): text
            case .regex: nil
            case nil: row.keywords
            }
        try tx.execute(
            """
            UPDATE pattern_rules SET keywords = \(keywords), pattern = \(compiled?.source ?? row.pattern),
                shown_text = \(wish.text ?? row.text), catalog_id = \(wish.catalogID ?? row.catalogID),
                is_enabled = \(wish.isEnabled ?? row.isEnabled),
                passes_through = \(wish.passesThrough ?? row.passesThrough),
                picture_key = \(wish.pictureKey ?? row.pictureKey), revision = revision + 1
            WHERE id = \(row.id)
            """)
    }

    /// With its pictures, where it alone has them.
    func remove(_ row: RuleRow, in tx: any SQLTransaction) throws {
        try tx.execute("DELETE FROM pattern_rules WHERE id = \(row.id)")
        try RuleRow.dropPictures(of: row.pictureKey, in: tx)
    }

    private func flip(_ id: String, _ wish: RuleWish, in tx: any SQLTransaction) throws -> Written {
        guard wish.isSwitchOnly, let isEnabled = wish.isEnabled else {
            throw Fault(
                .conflict, "built-in-rule", "The rule \(id) is built in: only `enabled` can be changed.")
        }
        try Self.turn(id, isEnabled, in: tx)
        return try written(id, nil, in: tx)
    }

    private static func turn(_ id: String, _ isEnabled: Bool, in tx: any SQLTransaction) throws {
        try tx.execute(
            """
            INSERT INTO built_in_rules (id, is_enabled) VALUES (\(id), \(isEnabled))
            ON CONFLICT (id) DO UPDATE SET is_enabled = excluded.is_enabled
            """)
    }

    private func written(_ id: String, _ compiled: JavaScriptPattern?, in tx: any SQLTransaction) throws -> Written {
        try RuleRow.noteChange(of: id, events, in: tx)
        return Written(rule: try PatternRule.find(id, in: tx), matchesEverything: compiled?.matchesEverything ?? false)
    }

    func require(_ id: String, in connection: any SQLConnection) throws -> RuleRow {
        if let row = try RuleRow.find(id, in: connection) { return row }
        guard BuiltInRule.all.contains(where: { $0.id == id }) else { throw Self.unknown(id) }
        throw Fault(.conflict, "built-in-rule", "The rule \(id) is built in: it can only be switched on and off.")
    }

    static func unknown(_ id: String) -> Fault {
        Fault(.notFound, "no-such-rule", "There is no rule \(id.excerpt()).")
    }
}
