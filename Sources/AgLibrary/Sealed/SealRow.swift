import AgBase
import AgCrypto
import AgModel
import AgSQL
import AgWire

/// What an image's original, or one of its variants, was sealed with, and which bytes that were.
///
/// It is good for these bytes alone: for others, and for the same ones made by another recipe, there is a new key. Nothing is lost
/// with a row, since the next request seals anew.
struct SealRow: Sendable {
    let image: ImageID
    /// As in a record's id; empty for the original.
    let variant: String
    let token: WireToken
    /// The hash of the plain bytes.
    let source: SHA256Digest
    /// The recipe that made them; empty for an original.
    let recipe: String
    let wrapped: WrappedKey
    let nonce: [UInt8]
    let tag: [UInt8]
    /// The hash of the ciphertext.
    let body: SHA256Digest

    /// Whose key it is. The token is never given twice to an image, so neither is the owner.
    static func owner(_ image: ImageID, _ variant: String, _ token: WireToken) -> KeyOwner {
        KeyOwner(name: "image/\(image)/\(variant)", generation: UInt64(token.number))
    }

    var owner: KeyOwner { Self.owner(image, variant, token) }

    /// Throws `SealError` when the key does not open.
    func seal(_ keyring: Keyring) throws -> ContentSeal {
        let key = try keyring.unwrap(wrapped, of: owner)
        guard let seal = ContentSeal(key: key, nonce: nonce, tag: tag) else { throw SealError.wrongLength }
        return seal
    }
}

extension SealRow {
    private static let columns: SQL =
        "image_id, variant, token, source_sha256, recipe, wrapped, nonce, tag, sealed_sha256"

    /// `nil` for a row that cannot be read, which is as good as none.
    init?(_ row: Row) throws {
        guard let token = WireToken(try row["token"] as Int64), let wrapped = try? WrappedKey(row["wrapped"]) else {
            return nil
        }
        image = ImageID(trusted: try row["image_id"])
        variant = try row["variant"]
        self.token = token
        source = SHA256Digest(try row["source_sha256"])
        recipe = try row["recipe"]
        self.wrapped = wrapped
        nonce = try row["nonce"]
        tag = try row["tag"]
        body = SHA256Digest(try row["sealed_sha256"])
    }

    static func find(_ image: ImageID, _ variant: String, in connection: any SQLConnection) throws -> SealRow? {
        try connection.first(
            "SELECT \(columns) FROM sealed_keys WHERE image_id = \(image) AND variant = \(variant)"
        ) { try SealRow($0) } ?? nil
    }

    /// In the place of the one from before. Call it while the image's original is held.
    func save(in tx: any SQLTransaction) throws {
        try tx.execute(
            """
            INSERT INTO sealed_images (image_id, last_token) VALUES (\(image), \(token.number))
            ON CONFLICT (image_id) DO UPDATE SET last_token = excluded.last_token
            """)
        try tx.execute(
            """
            INSERT INTO sealed_keys (image_id, variant, token, source_sha256, recipe, wrapped, master_key, nonce, tag,
                sealed_sha256)
            VALUES (\(image), \(variant), \(token.number), \(source.bytes), \(recipe), \(wrapped.bytes),
                \(wrapped.masterKeyID.description), \(nonce), \(tag), \(body.bytes))
            ON CONFLICT (image_id, variant) DO UPDATE SET token = excluded.token,
                source_sha256 = excluded.source_sha256, recipe = excluded.recipe, wrapped = excluded.wrapped,
                master_key = excluded.master_key, nonce = excluded.nonce, tag = excluded.tag,
                sealed_sha256 = excluded.sealed_sha256
            """)
    }

    /// The token that comes next. Call it while the image's original is held.
    static func nextToken(of image: ImageID, at moment: Timestamp, in tx: any SQLTransaction) throws -> WireToken {
        let last: Int64? = try tx.value("SELECT last_token FROM sealed_images WHERE image_id = \(image)")
        guard let next = WireToken.next(after: last.flatMap { WireToken($0) }, milliseconds: moment.milliseconds) else {
            throw SQLError(.mismatch, "The image \(image) has used up the tokens of sealed pictures.")
        }
        return next
    }

    /// Gives the keys of an image up, because it is given other bytes. Its last token stays.
    static func forget(_ image: ImageID, in tx: any SQLTransaction) throws {
        try tx.execute("DELETE FROM sealed_keys WHERE image_id = \(image)")
    }
}
