import AgBase
import AgBlobs
import AgCrypto
import AgImaging
import AgModel

/// Where pictures lie in the store. A path is given to one file and never again. Format: docs/formats/blobs.md.
extension BlobPath {
    /// `images/YYYY/MM/DD/original/<xx>/<id>.<ext>`, by the UTC day of the first upload. For a new id only.
    static func original(_ id: OriginalID, fileExtension: String, uploadedAt: Timestamp) -> BlobPath {
        BlobPath("\(originals(id, uploadedAt))/\(id).\(fileExtension)")
    }

    /// `images/YYYY/MM/DD/original/<xx>/<id>.<mark>.<ext>`: a fresh path for an original that has one already.
    static func another(for original: Original) -> BlobPath {
        let name = "\(original.id).\(mark()).\(original.format.fileExtension)"
        return BlobPath("\(originals(original.id, original.createdAt))/\(name)")
    }

    /// `images/YYYY/MM/DD/variants/<xx>/<id>_<size>.<mark>.<format>`, beside the original's folder: a fresh path each time.
    static func variant(_ name: VariantName, of original: Original) -> BlobPath {
        let folder = "\(dayFolder(original.createdAt))/variants/\(fanOut(original.id))"
        return BlobPath("\(folder)/\(original.id)_\(name.type).\(mark()).\(name.format.rawValue)")
    }

    private static func originals(_ id: OriginalID, _ uploadedAt: Timestamp) -> String {
        "\(dayFolder(uploadedAt))/original/\(fanOut(id))"
    }

    /// 64 random bits: two files of one original never get the same.
    private static func mark() -> String { Hex.encode(RandomBytes.make(8)) }

    private static func dayFolder(_ moment: Timestamp) -> String {
        "images/" + moment.rfc3339.prefix(10).split(separator: "-").joined(separator: "/")
    }

    /// The last two digits of an id are random; the first ones are the time, and would fill one folder at a time.
    private static func fanOut(_ id: OriginalID) -> Substring { id.text.suffix(2) }
}
