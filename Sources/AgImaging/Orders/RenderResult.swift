package import AgBase

/// One derived picture, in a sealed memory file: nobody can change it any more.
package struct RenderedPicture: Sendable {
    /// The output's name; `thumbnail` for the thumbnail.
    package let name: String
    package let format: PictureFormat
    package let width: Int
    package let height: Int
    package let encoding: PictureEncoding
    package let file: OpenFile
    package let length: Int64
}

/// All that came of one order.
package struct RenderResult: Sendable {
    package let thumbnail: RenderedPicture?
    /// In the order's order.
    package let outputs: [RenderedPicture]
    package let analysis: PictureAnalysis?
    /// What was repaired on the way, such as a colour profile that could not be read.
    package let warnings: [String]
    /// Processor time that the child used for this picture.
    package let cpu: Duration

    /// The warning that parts of the picture are missing; only of orders that tolerate it.
    static let lostData = "A part of the picture is missing or damaged inside the file."

    package var hasLostData: Bool { warnings.contains(Self.lostData) }
}
