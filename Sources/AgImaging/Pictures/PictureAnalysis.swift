/// What a small copy of the picture tells about it.
package struct PictureAnalysis: Sendable, Codable, Equatable {
    package struct Color: Sendable, Codable, Equatable {
        /// `#rrggbb`.
        package var hex: String
        /// Its part of the picture, 0 to 1.
        package var share: Double
    }

    /// A ThumbHash, at most 25 bytes: a blurred stand-in to show while the picture loads.
    package var thumbhash: [UInt8]
    /// At most six, the largest share first; empty for a picture that is wholly transparent.
    package var colors: [Color]
    /// As displayed.
    package var width: Int
    package var height: Int
}
