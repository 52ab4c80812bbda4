/// The kinds of picture that are taken in; everything else is refused.
package enum PictureFormat: String, Sendable, Codable, CaseIterable {
    case jpeg
    case png
    case webp
    case gif
    case tiff
    case avif
    case heic

    package var mediaType: String { "image/\(rawValue)" }

    /// What a file's name ends with, without the dot.
    package var fileExtension: String {
        switch self {
        case .jpeg: "jpg"
        case .tiff: "tif"
        default: rawValue
        }
    }

    /// AVIF and HEIC share the ISO base media container, libheif, and their limits.
    var isHEIF: Bool { self == .avif || self == .heic }
}
