import AgModel
import AgSQL

/// The originals that may not have all their outcomes yet, so that whoever looks for those does not look at all others.
///
/// Every incomplete original has a row. One that is complete may have one too: `Variant.isComplete` decides.
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

    /// Whether they are few enough to be looked at one by one.
    static func areFew(in connection: any SQLConnection) throws -> Bool {
        let many: Int64? = try connection.value("SELECT 1 FROM unfinished_originals LIMIT 1 OFFSET \(few)")
        return many == nil
    }
}
