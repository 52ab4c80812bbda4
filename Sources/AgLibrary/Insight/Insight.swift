import AgBase
package import AgImaging
import AgModel
import AgSQL

/// What was learnt from a picture's pixels and from the data that its file carries.
package struct Insight: Sendable {
    /// A ThumbHash of some 25 bytes: a blur to show until the picture is there.
    package let placeholder: [UInt8]?
    package let colors: [PictureAnalysis.Color]
    package let exif: PictureMetadata?
}

extension Insight {
    static func find(_ original: OriginalID, in connection: any SQLConnection) throws -> Insight? {
        try connection.first("SELECT placeholder, colors, exif FROM image_metadata WHERE original_id = \(original)") {
            let colors: String? = try $0["colors"]
            let exif: String? = try $0["exif"]
            return Insight(
                placeholder: try $0["placeholder"], colors: try colors.map(decode) ?? [], exif: try exif.map(decode))
        }
    }

    static func record(
        _ analysis: PictureAnalysis?, for original: OriginalID, at moment: Timestamp, in tx: any SQLTransaction
    ) throws {
        guard let analysis else { return }
        try tx.execute(
            """
            INSERT INTO image_metadata (original_id, placeholder, colors, made_at)
            VALUES (\(original), \(analysis.thumbhash), \(JSONValue.array(analysis.colors.map(\.json)).text), \(moment))
            ON CONFLICT (original_id) DO UPDATE SET placeholder = excluded.placeholder, colors = excluded.colors,
                made_at = excluded.made_at
            """)
    }

    static func record(
        _ exif: PictureMetadata, for original: OriginalID, at moment: Timestamp, in tx: any SQLTransaction
    ) throws {
        try tx.execute(
            """
            INSERT INTO image_metadata (original_id, exif, made_at)
            VALUES (\(original), \(exif.json.text), \(moment))
            ON CONFLICT (original_id) DO UPDATE SET exif = excluded.exif, made_at = excluded.made_at
            """)
    }

    private static func decode<Value: Decodable>(_ text: String) throws -> Value {
        try JSONValue(json: text).decode()
    }
}
