/// What a picture's header says, after libvips agreed to open it.
package struct PictureProbe: Sendable, Codable, Equatable {
    package var format: PictureFormat
    /// Pixels as displayed: after the EXIF orientation, or the container's rotation for AVIF and HEIC.
    package var width: Int
    package var height: Int
    package var storedWidth: Int
    package var storedHeight: Int
    /// 1 for a still picture.
    package var frames: Int
    package var hasAlpha: Bool
    /// 1 to 8 as EXIF counts; 1 for AVIF and HEIC, whose rotation is already in `width` and `height`.
    package var orientation: Int
    package var bitDepth: Int
    /// libvips' name of the stored colours, such as `srgb`, `b-w`, `cmyk`, `rgb16`.
    package var colorSpace: String
    package var hasProfile: Bool
    /// The file ends before the picture does; only with `allowDamaged`.
    package var isDamaged: Bool
}
