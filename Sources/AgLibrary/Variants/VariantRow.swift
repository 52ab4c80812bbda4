import AgBase
import AgBlobs
import AgCrypto
import AgImaging
import AgModel
import AgSQL

/// A derived picture that is about to be recorded.
struct VariantRow: Sendable {
    enum Place: Sendable {
        /// In the row itself: the thumbnail.
        case here([UInt8])
        case at(BlobPath)
    }

    let name: VariantName
    let width: Int
    let height: Int
    let byteCount: Int64
    let encoding: PictureEncoding
    let sha256: SHA256Digest
    let place: Place

    /// The thumbnail, with its bytes.
    init(thumbnail picture: RenderedPicture) throws {
        let bytes = try picture.file.read(at: 0, count: Int(picture.length))
        name = .thumbnail
        width = picture.width
        height = picture.height
        byteCount = picture.length
        encoding = picture.encoding
        sha256 = .of(bytes)
        place = .here(bytes)
    }

    /// A variant whose bytes are in the spool.
    init(_ name: VariantName, _ picture: RenderedPicture, _ blob: StagedBlob) {
        self.name = name
        width = picture.width
        height = picture.height
        byteCount = blob.file.byteCount
        encoding = picture.encoding
        sha256 = blob.file.finish()
        place = .at(blob.path)
    }

    /// What a row said before it was replaced.
    struct Replaced: Sendable {
        /// A file that the row no longer refers to, to be removed.
        let path: BlobPath?
        let hadOtherBytes: Bool
    }

    /// Inserts or replaces the row. `nil` when there was none.
    func record(for original: OriginalID, at moment: Timestamp, in tx: any SQLTransaction) throws -> Replaced? {
        let old = try Variant.find(name, of: original, in: tx)
        var path: String?
        var content: [UInt8]?
        switch place {
        case .here(let bytes): content = bytes
        case .at(let place): path = place.text
        }
        try tx.execute(
            """
            INSERT INTO image_variants (original_id, name, recipe, encoder, width, height, byte_count, encoding,
                sha256, path, content, made_at)
            VALUES (\(original), \(name.description), \(Recipe.current), \(Codecs.encoderVersion), \(width), \(height),
                \(byteCount), \(encoding.rawValue), \(sha256.bytes), \(path), \(content), \(moment))
            ON CONFLICT (original_id, name) DO UPDATE SET recipe = excluded.recipe, encoder = excluded.encoder,
                width = excluded.width, height = excluded.height, byte_count = excluded.byte_count,
                encoding = excluded.encoding, sha256 = excluded.sha256, path = excluded.path, content = excluded.content, made_at = excluded.made_at
            """)
        return old.map { old in
            Replaced(path: old.path?.text == path ? nil : old.path, hadOtherBytes: old.sha256 != sha256)
        }
    }
}
