/// What the camera wrote into the file. All of it is private to the owner, the place most of all.
package struct PictureMetadata: Sendable, Codable, Equatable {
    package struct Place: Sendable, Codable, Equatable {
        /// Degrees, north and east positive.
        package var latitude: Double
        package var longitude: Double
        /// Metres above the sea.
        package var altitude: Double?
    }

    package var make: String?
    package var model: String?
    package var lens: String?
    package var software: String?
    package var description: String?
    package var artist: String?
    package var copyright: String?
    /// The camera's own clock, `2026-05-03T12:13:14`, with `+02:00` behind it when the camera said so.
    package var takenAt: String?
    /// Seconds.
    package var exposure: Double?
    package var aperture: Double?
    package var iso: Int?
    /// Millimetres.
    package var focalLength: Double?
    package var focalLength35mm: Int?
    package var exposureBias: Double?
    package var flashFired: Bool?
    /// 1 to 8 as EXIF counts; 1 when nothing is said.
    package var orientation = 1
    package var place: Place?

    package init() {}
}
