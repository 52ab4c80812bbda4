package import AgBase
package import AgBlobs
package import AgCrypto
package import AgImaging
package import AgModel
import AgSQL

/// A picture derived from an original. It belongs to the original's bytes, so that images that share them share it.
package struct Variant: Sendable {
    package let name: VariantName
    /// In pixels.
    package let width: Int
    package let height: Int
    package let byteCount: Int64
    /// How its bytes were made; `nil` for one from before that was noted.
    package let encoding: PictureEncoding?
    package let sha256: SHA256Digest
    /// Where the bytes lie; `nil` for the thumbnail, whose bytes are in the row.
    package let path: BlobPath?
    package let madeAt: Timestamp
}

extension Variant {
    private static let columns: SQL = "name, width, height, byte_count, encoding, sha256, path, made_at"

    init(_ row: Row) throws {
        let text: String = try row["name"]
        guard let name = VariantName(text) else {
            throw SQLError(.mismatch, "'\(text)' is no variant that this program makes.")
        }
        self.name = name
        width = try row["width"]
        height = try row["height"]
        byteCount = try row["byte_count"]
        let encoding: String? = try row["encoding"]
        // A later version's word is not known here, and no reason to refuse the picture.
        self.encoding = encoding.flatMap { PictureEncoding(rawValue: $0) }
        sha256 = SHA256Digest(try row["sha256"])
        let path: String? = try row["path"]
        self.path = path.map { BlobPath($0) }
        madeAt = try row["made_at"]
    }

    /// All of them that are there, the thumbnail first, then by size.
    static func all(of original: OriginalID, in connection: any SQLConnection) throws -> [Variant] {
        let found = try connection.all("SELECT \(columns) FROM image_variants WHERE original_id = \(original)") {
            try Variant($0)
        }
        return VariantName.required.compactMap { name in found.first { $0.name == name } }
    }

    static func find(_ name: VariantName, of original: OriginalID, in connection: any SQLConnection) throws -> Variant?
    {
        try connection.first(
            "SELECT \(columns) FROM image_variants WHERE original_id = \(original) AND name = \(name.description)"
        ) { try Variant($0) }
    }

    /// The recipe that made one; `nil` where it is not there.
    static func recipe(
        of name: VariantName, _ original: OriginalID, in connection: any SQLConnection
    ) throws -> String? {
        try connection.value(
            "SELECT recipe FROM image_variants WHERE original_id = \(original) AND name = \(name.description)")
    }

    /// The names that the current recipe asks for and that are not there.
    static func missing(of original: OriginalID, in connection: any SQLConnection) throws -> [VariantName] {
        let made = Set(
            try connection.all(
                "SELECT name FROM image_variants WHERE original_id = \(original) AND recipe = \(Recipe.current)"
            ) { row -> String in try row[0] })
        return VariantName.required.filter { !made.contains($0.description) }
    }

    /// Whether all outcomes that the current recipe asks for are there, as an expression over `i.original_id`.
    ///
    /// One that an older recipe made counts: a page can show it, and its successor is on its way.
    static let isComplete: SQL =
        """
        ((SELECT count(*) FROM image_variants v WHERE v.original_id = i.original_id AND \(isRequired))
        = \(VariantName.required.count))
        """

    /// Those of the originals of which all outcomes are there, by the same rule.
    static func complete(
        among originals: [OriginalID], in connection: any SQLConnection
    ) throws -> Set<OriginalID> {
        guard !originals.isEmpty else { return [] }
        let found = try connection.all(
            """
            SELECT v.original_id FROM image_variants v
            WHERE v.original_id IN \(list: Set(originals).map(\.text)) AND \(isRequired)
            GROUP BY v.original_id HAVING count(*) = \(VariantName.required.count)
            """
        ) { try $0[0] as OriginalID }
        return Set(found)
    }

    /// Our own words, so none needs an escape.
    private static let isRequired: SQL = {
        let names = VariantName.required.map { "'\($0)'" }.joined(separator: ", ")
        return "v.name IN (\(raw: names))"
    }()
}
