import AgModel
import AgSQL

/// The originals that may not have all their outcomes yet, so that whoever looks for those does not look at all others.
///
/// Rows come and go while the original is held (`Original.hold`), or one that completes it and one that takes an outcome
/// away would each see the other's past.
/// Every incomplete original has a row, but for those that a new recipe made incomplete until `RecipeUpkeep` comes to
/// them. One that is complete may have a row too: `Variant.isComplete` decides.
enum UnfinishedOriginals {
    /// Beyond so many, the newest of them are found sooner by going through all images from the newest on.
    private static let few = 10_000

    static func add(_ original: OriginalID, in tx: any SQLTransaction) throws {
        try tx.execute("INSERT INTO unfinished_originals (original_id) VALUES (\(original)) ON CONFLICT DO NOTHING")
    }

    static func remove(_ original: OriginalID, in tx: any SQLTransaction) throws {
        try tx.execute("DELETE FROM unfinished_originals WHERE original_id = \(original)")
    }

    /// To be called when outcomes were recorded.
    static func settle(_ original: OriginalID, in tx: any SQLTransaction) throws {
        if try !Variant.complete(among: [original], in: tx).isEmpty { try remove(original, in: tx) }
    }

    /// Notes those that nobody noted: another version of the program may have recorded them.
    static func mend(in tx: any SQLTransaction) throws {
        try tx.execute(
            """
            INSERT INTO unfinished_originals (original_id)
            SELECT DISTINCT i.original_id FROM images i WHERE NOT \(Variant.isComplete)
                AND i.original_id NOT IN (SELECT original_id FROM unfinished_originals)
            ON CONFLICT (original_id) DO NOTHING
            """)
    }

    /// How to look for images of that status. Costs a look at the table when it is not `completed`.
    static func scan(for status: ImageStatus?, in connection: any SQLConnection) throws -> UnfinishedScan {
        guard let status, status != .completed else { return .throughAll }
        let many: Int64? = try connection.value("SELECT 1 FROM unfinished_originals LIMIT 1 OFFSET \(few)")
        return many == nil ? .throughUnfinished(connection.dialect) : .throughAll
    }
}

/// A condition over `i` that holds for the images of unfinished originals, and the expression that pages are sorted by,
/// in the form that makes a database go the shorter way.
struct UnfinishedScan {
    let condition: SQL
    let order: SQL

    /// From the newest image on, each asked for in the table, until a page is full.
    static let throughAll = UnfinishedScan(
        condition: "EXISTS (SELECT 1 FROM unfinished_originals u WHERE u.original_id = i.original_id)",
        order: "i.uploaded_at")

    /// The table's rows first, then sorted.
    static func throughUnfinished(_ dialect: SQLDialect) -> UnfinishedScan {
        UnfinishedScan(
            condition: "i.original_id IN (SELECT original_id FROM unfinished_originals)",
            order: SQL(raw: dialect.sorted(by: "i.uploaded_at")))
    }
}
