import AgBase
import AgCrypto
import AgImaging
import AgModel
import AgSQL
import AgWire

/// Bytes that a sealed picture is made of, as the rows were at one moment.
struct SealingSource: Sendable {
    let image: Image
    /// `nil` for the original.
    let stored: StoredVariant?
    /// Empty for an original.
    let recipe: String
    /// The seal that there is, if it is of these bytes.
    let seal: SealRow?

    var variant: String { stored?.variant.name.description ?? "" }
    var sha256: SHA256Digest { stored?.variant.sha256 ?? image.original.sha256 }
    var byteCount: Int64 { stored?.variant.byteCount ?? image.original.byteCount }

    /// The first byte of what is sealed.
    var format: UInt8 {
        let name = stored.map { $0.variant.name.format.rawValue } ?? image.original.format.wireName
        guard let byte = FormatBytes.usual.byte(of: name) else {
            preconditionFailure("The wire has no number for \(name).")
        }
        return byte
    }

    /// Whether these are still the bytes that are to be sealed.
    func isSame(as other: SealingSource) -> Bool {
        image.id == other.image.id && image.original.id == other.image.original.id && sha256 == other.sha256
            && recipe == other.recipe
    }
}

extension SealingSource {
    /// Throws `Fault` 404 for an unknown image or a variant that could not be made, and `NotReady` while it is being made.
    static func find(
        _ subject: WireSubject, _ images: Images, in connection: any SQLConnection
    ) throws -> SealingSource {
        let image = try Images.require(try ImageAlias.image(named: subject.id, in: connection), in: connection)
        return try find(subject.variant, of: image, images, in: connection)
    }

    static func find(
        _ variant: String, of image: Image, _ images: Images, in connection: any SQLConnection
    ) throws -> SealingSource {
        let stored = try self.stored(variant, of: image, images, in: connection)
        let recipe: String? = try stored.flatMap {
            try Variant.recipe(of: $0.variant.name, image.original.id, in: connection)
        }
        let source = SealingSource(image: image, stored: stored, recipe: recipe ?? "", seal: nil)
        return SealingSource(
            image: image, stored: stored, recipe: source.recipe,
            seal: try SealRow.find(image.id, variant, in: connection).flatMap { $0.fits(source) ? $0 : nil })
    }

    private static func stored(
        _ variant: String, of image: Image, _ images: Images, in connection: any SQLConnection
    ) throws -> StoredVariant? {
        if variant.isEmpty { return nil }
        guard let name = VariantName(variant) else {
            throw Fault(.notFound, "no-such-variant", "There is no variant '\(variant.excerpt(40))'.")
        }
        if let found = try StoredVariant.find(name, of: image.original.id, in: connection) { return found }
        throw try DeliveryRefusal.notMade(name, image, Images.status(of: image, images.queue, in: connection))
    }
}

extension SealRow {
    func fits(_ source: SealingSource) -> Bool { self.source == source.sha256 && recipe == source.recipe }
}

extension PictureFormat {
    /// Its name in the wire's list of formats: Pixstore's clients know JPEGs as `jpg`.
    var wireName: String { self == .jpeg ? "jpg" : rawValue }
}
