import AgBase
import AgModel
import AgSQL

/// Which items a list shows, and in which order.
package struct ItemFilter: Sendable {
    package enum Order: String, Sendable, CaseIterable {
        case name
        case createdAt
        case updatedAt

        /// Names from A on, moments from the newest on.
        package var isUsuallyDescending: Bool { self != .name }
    }

    /// Words of the name, the notes and the tags; each may be the beginning of one.
    package var search: String?
    package var tag: String?
    package var catalogID: String?
    package var order: Order
    package var isDescending: Bool

    package init(
        search: String? = nil, tag: String? = nil, catalogID: String? = nil, order: Order = .name,
        isDescending: Bool? = nil
    ) {
        self.search = search
        self.tag = tag
        self.catalogID = catalogID
        self.order = order
        self.isDescending = isDescending ?? order.isUsuallyDescending
    }
}

/// A place in a list of items: behind this one. Opaque to clients.
package struct ItemCursor: Sendable, Equatable {
    let order: ItemFilter.Order
    /// What the list is sorted by: a name in lower case, or milliseconds.
    let key: String
    let id: Int64

    init(order: ItemFilter.Order, key: String, id: Int64) {
        self.order = order
        self.key = key
        self.id = id
    }

    /// Reads what `text` wrote; `nil` for anything else, and for a cursor of a list in another order.
    package init?(_ text: String, of order: ItemFilter.Order) {
        guard text.utf8.count <= 2_000, let bytes = Base64URL.decode(text),
            let plain = String(validating: bytes, as: UTF8.self), !plain.utf8.contains(0)
        else { return nil }
        let pieces = plain.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
        guard pieces.count == 3, pieces[0] == order.rawValue, let id = Int64(pieces[1]) else { return nil }
        guard order == .name || Int64(pieces[2]) != nil else { return nil }
        self.init(order: order, key: String(pieces[2]), id: id)
    }

    package var text: String { Base64URL.encode(Array("\(order.rawValue).\(id).\(key)".utf8)) }
}

/// One page of a list.
package struct ItemPage: Sendable {
    package let items: [Items.Stored]
    /// Where the next page starts; `nil` on the last one.
    package let next: ItemCursor?
}

extension Items {
    /// A term that more items have is looked for in the rows, in the order of the list, until a page is full.
    private static let few = 2_000
    private static let mostWords = 16

    package func list(_ filter: ItemFilter, limit: Int, after cursor: ItemCursor? = nil) async throws -> ItemPage {
        try await database.read { connection in
            guard let scan = try ItemScan(filter, in: connection) else { return ItemPage(items: [], next: nil) }
            let rows = try connection.all(scan.page(after: cursor, limit: limit + 1)) { row in
                (
                    item: Stored(ItemUUID(trusted: try row["uuid"]), try row["content"], try row["revision"]),
                    cursor: ItemCursor(order: filter.order, key: try filter.order.key(row), id: try row["id"])
                )
            }
            let page = rows.prefix(limit)
            return ItemPage(items: page.map(\.item), next: rows.count > limit ? page.last?.cursor : nil)
        }
    }

    /// How a list goes through the items.
    private struct ItemScan {
        private let filter: ItemFilter
        private var condition: SQL = "1 = 1"
        /// In the form of an index, or in one that keeps SQLite from walking along it.
        private var column: String

        /// `nil` when nothing can match: a search without a word.
        init?(_ filter: ItemFilter, in connection: any SQLConnection) throws {
            self.filter = filter
            column = filter.order.column
            guard let terms = Term.all(of: filter) else { return nil }
            let counted = try terms.map { (term: $0, count: try $0.count(upTo: Items.few + 1, in: connection)) }
            for term in terms { condition += " AND \(term.standsInRow(connection.dialect))" }
            guard let rarest = counted.min(by: { $0.count < $1.count }), rarest.count <= Items.few else { return }
            condition += " AND id IN (SELECT item_id FROM item_terms WHERE \(rarest.term.range))"
            if connection.dialect == .sqlite { column += filter.order == .name ? " || ''" : " + 0" }
        }

        func page(after cursor: ItemCursor?, limit: Int) -> SQL {
            let (sign, direction) = filter.isDescending ? ("<", "DESC") : (">", "ASC")
            var sql: SQL =
                "SELECT id, uuid, content, revision, name_key, created_at, updated_at FROM items WHERE \(condition)"
            if let cursor {
                let key: SQL = filter.order == .name ? "\(cursor.key)" : "\(Int64(cursor.key) ?? 0)"
                sql += " AND (\(raw: column), id) \(raw: sign) (\(key), \(cursor.id))"
            }
            return sql + " ORDER BY \(raw: column) \(raw: direction), id \(raw: direction) LIMIT \(limit)"
        }
    }

    /// Something that an item must have, as `ItemTerms` writes it.
    private struct Term {
        let text: String
        /// Whether the text is only the beginning of one.
        let isBeginning: Bool

        static func all(of filter: ItemFilter) -> [Term]? {
            var terms: [Term] = []
            if let search = filter.search {
                let words = ItemTerms.words(search).prefix(mostWords)
                guard !words.isEmpty else { return nil }
                terms += words.map { Term(text: $0, isBeginning: true) }
            }
            if let tag = filter.tag { terms.append(Term(text: ItemTerms.tag(tag), isBeginning: false)) }
            if let id = filter.catalogID { terms.append(Term(text: ItemTerms.catalogID(id), isBeginning: false)) }
            return terms
        }

        /// In the table of terms, which is sorted by bytes.
        var range: SQL {
            isBeginning ? "term >= \(text) AND term < \(text + "\u{10FFFF}")" : "term = \(text)"
        }

        func count(upTo most: Int, in connection: any SQLConnection) throws -> Int {
            try connection.value(
                "SELECT count(*) FROM (SELECT 1 FROM item_terms WHERE \(range) LIMIT \(most)) AS few") ?? 0
        }

        func standsInRow(_ dialect: SQLDialect) -> SQL {
            let wanted = isBeginning ? "\n\(text)" : "\n\(text)\n"
            return "\(raw: dialect == .sqlite ? "instr" : "strpos")(terms, \(wanted)) > 0"
        }
    }
}

extension ItemFilter.Order {
    fileprivate var column: String {
        switch self {
        case .name: "name_key"
        case .createdAt: "created_at"
        case .updatedAt: "updated_at"
        }
    }

    fileprivate func key(_ row: Row) throws -> String {
        self == .name ? try row["name_key"] : "\(try row[column] as Int64)"
    }
}
