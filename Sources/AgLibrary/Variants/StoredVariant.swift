import AgModel
import AgSQL

/// A variant with the bytes that lie in its row, if they do.
struct StoredVariant: Sendable {
    let variant: Variant
    let content: [UInt8]?

    static func find(
        _ name: VariantName, of original: OriginalID, in connection: any SQLConnection
    ) throws -> StoredVariant? {
        try connection.first(
            """
            SELECT name, width, height, byte_count, encoding, sha256, path, made_at, content FROM image_variants
            WHERE original_id = \(original) AND name = \(name.description)
            """
        ) { StoredVariant(variant: try Variant($0), content: try $0["content"]) }
    }
}
