import AgBase
import AgBlobs
import AgModel

/// Where pictures lie in the store. Paths never change once a row refers to them. Format: docs/formats/blobs.md.
extension BlobPath {
    /// `images/YYYY/MM/DD/original/<xx>/<id>.<ext>`, by the UTC day of the first upload.
    static func original(_ id: OriginalID, fileExtension: String, uploadedAt: Timestamp) -> BlobPath {
        BlobPath("\(dayFolder(uploadedAt))/original/\(fanOut(id))/\(id).\(fileExtension)")
    }

    /// `images/YYYY/MM/DD/variants/<xx>/<id>_<size>.<format>`, beside the original's folder.
    ///
    /// - Parameter mark: sets a path apart from one that is taken already, by another attempt or another recipe.
    static func variant(_ name: VariantName, of original: Original, mark: String? = nil) -> BlobPath {
        let stem = "\(original.id)_\(name.type)" + (mark.map { ".\($0)" } ?? "")
        let folder = "\(dayFolder(original.createdAt))/variants/\(fanOut(original.id))"
        return BlobPath("\(folder)/\(stem).\(name.format.rawValue)")
    }

    private static func dayFolder(_ moment: Timestamp) -> String {
        "images/" + moment.rfc3339.prefix(10).split(separator: "-").joined(separator: "/")
    }

    /// The last two digits of an id are random; the first ones are the time, and would fill one folder at a time.
    private static func fanOut(_ id: OriginalID) -> Substring { id.text.suffix(2) }
}
