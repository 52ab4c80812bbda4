import AgBase
import AgModel
import AgSQL

/// An item as it is stored.
struct ItemRow: Sendable {
    let id: Int64
    let revision: Int64
    let createdAt: Timestamp
    let content: String
    let terms: String

    static let columns: SQL = "id, uuid, revision, created_at, content, terms"

    init(_ row: Row) throws {
        id = try row["id"]
        revision = try row["revision"]
        createdAt = try row["created_at"]
        content = try row["content"]
        terms = try row["terms"]
    }

    static func find(_ uuid: ItemUUID, in connection: any SQLConnection) throws -> ItemRow? {
        try connection.first("SELECT \(columns) FROM items WHERE uuid = \(uuid.text)") { try ItemRow($0) }
    }

    func delete(in tx: any SQLTransaction) throws {
        try removeTerms(ItemTerms.list(terms), in: tx)
        try tx.execute("DELETE FROM items WHERE id = \(id)")
    }

    func removeTerms(_ gone: [String], in tx: any SQLTransaction) throws {
        guard !gone.isEmpty else { return }
        try tx.execute("DELETE FROM item_terms WHERE item_id = \(id) AND term IN \(list: gone)")
    }

    /// Makes other transactions that ask so wait until this one ends.
    static func hold(_ uuid: ItemUUID, in tx: any SQLTransaction) throws -> ItemRow? {
        let query: SQL = "SELECT \(columns) FROM items WHERE uuid = \(uuid.text)"
        return try tx.first(tx.dialect.hold(query) ?? query) { try ItemRow($0) }
    }

    /// Those of many names, held, by name.
    static func hold(_ uuids: [ItemUUID], in tx: any SQLTransaction) throws -> [String: ItemRow] {
        // In one order, so that two imports of the same items do not wait for each other.
        let query: SQL = "SELECT \(columns) FROM items WHERE uuid IN \(list: uuids.map(\.text)) ORDER BY uuid"
        let rows = try tx.all(tx.dialect.hold(query) ?? query) { (try $0["uuid"] as String, try ItemRow($0)) }
        return Dictionary(rows) { first, _ in first }
    }
}

/// What a write makes of an item.
struct ItemChange: Sendable {
    let document: ItemDocument
    let revision: Int64
    let terms: [String]
    let at: Timestamp

    /// A revision is never given twice, also when an item is deleted and made again: it is the moment, or one more than the last.
    init(_ document: ItemDocument, after old: ItemRow?, at moment: Timestamp) {
        self.document = document
        revision = max((old?.revision ?? 0) + 1, moment.milliseconds)
        terms = ItemTerms.terms(of: document)
        at = moment
    }

    private static let rowsAtOnce = 40

    /// Inserts new items. Throws `SQLError.conflict`, which runs the transaction again, when one of them has come meanwhile.
    static func insert(_ changes: [ItemChange], in tx: any SQLTransaction) throws {
        var terms: [(String, Int64)] = []
        for batch in batches(changes, of: rowsAtOnce) {
            var sql: SQL = """
                INSERT INTO items (uuid, name, name_key, catalog_id, obverse_url, reverse_url, ignores, content, terms, revision,
                    created_at, updated_at) VALUES
                """
            for (index, change) in batch.enumerated() {
                sql += index > 0 ? ", " : " "
                sql += change.values
            }
            let ids = try tx.all(sql + " ON CONFLICT (uuid) DO NOTHING RETURNING id, uuid") {
                (try $0[1] as String, try $0[0] as Int64)
            }
            guard ids.count == batch.count else { throw SQLError(.conflict, "An item of the same name has come.") }
            let byName = Dictionary(ids) { first, _ in first }
            for change in batch {
                guard let id = byName[change.document.uuid.text] else { continue }
                terms += change.terms.map { ($0, id) }
            }
        }
        try insert(terms, in: tx)
    }

    func update(_ row: ItemRow, in tx: any SQLTransaction) throws {
        try tx.execute(
            """
            UPDATE items SET name = \(document.name), name_key = \(nameKey), catalog_id = \(document.catalogID),
                obverse_url = \(document.catalogURLs.obverse), reverse_url = \(document.catalogURLs.reverse),
                ignores = \(ignores), content = \(document.text), terms = \(ItemTerms.text(terms)), revision = \(revision),
                updated_at = \(at)
            WHERE id = \(row.id)
            """)
        let (old, new) = (Set(ItemTerms.list(row.terms)), Set(terms))
        try row.removeTerms(old.subtracting(new).sorted(), in: tx)
        try Self.insert(new.subtracting(old).sorted().map { ($0, row.id) }, in: tx)
    }

    private var values: SQL {
        """
        (\(document.uuid.text), \(document.name), \(nameKey), \(document.catalogID), \(document.catalogURLs.obverse),
        \(document.catalogURLs.reverse), \(ignores), \(document.text), \(ItemTerms.text(terms)), \(revision), \(at), \(at))
        """
    }

    /// What a list is sorted by. Databases do not index texts of any length.
    private var nameKey: String {
        String(String.UnicodeScalarView(document.name.lowercased().unicodeScalars.prefix(200)))
    }

    private var ignores: Int { ItemSide.bits(document.ignoresRules) }

    /// Many rows to a statement, in a few sizes, so that their texts are prepared once.
    private static func insert(_ terms: [(String, Int64)], in tx: any SQLTransaction) throws {
        var rest = terms[...]
        for size in [200, 20, 1] {
            while rest.count >= size {
                var sql: SQL = "INSERT INTO item_terms (term, item_id) VALUES "
                for (index, term) in rest.prefix(size).enumerated() {
                    sql += index > 0 ? ", (\(term.0), \(term.1))" : "(\(term.0), \(term.1))"
                }
                try tx.execute(sql + " ON CONFLICT DO NOTHING")
                rest = rest.dropFirst(size)
            }
        }
    }

    /// Runs of so many, the last one shorter.
    static func batches<Element>(_ all: [Element], of count: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: all.count, by: count).map { all[$0..<min($0 + count, all.count)] }
    }
}

extension ItemSide {
    /// A number for a column.
    static func bits(_ sides: Sides<Bool>) -> Int { (sides.obverse ? 1 : 0) | (sides.reverse ? 2 : 0) }

    static func sides(_ bits: Int) -> Sides<Bool> { Sides(obverse: bits & 1 != 0, reverse: bits & 2 != 0) }
}
