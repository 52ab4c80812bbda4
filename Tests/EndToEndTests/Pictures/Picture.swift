import AgCrypto
import Synchronization
import Testing

/// A file that a client might upload, and what the server should find it to be.
struct Picture: Sendable {
    let name: String
    let bytes: [UInt8]
    let mediaType: String
    let width: Int
    let height: Int

    var sha256: String { SHA256Digest.of(bytes).hex }

    private static let seeds = Atomic(1)

    /// A seed that no other picture of this run has.
    static func freshSeed() -> Int { seeds.wrappingAdd(1, ordering: .relaxed).oldValue }

    /// A photograph that nobody has uploaded before.
    static func photo(width: Int = 320, height: Int = 240, seed: Int? = nil, named name: String = "photo.jpg")
        -> Picture
    {
        let raster = Raster.photo(seed ?? freshSeed(), width: width, height: height)
        return Picture(
            name: name, bytes: Vips.save(raster, as: ".jpg[Q=85,strip]"), mediaType: "image/jpeg", width: width,
            height: height)
    }

    static func of(_ format: Format, width: Int = 400, height: Int = 300) -> Picture {
        let raster = Raster.photo(freshSeed(), width: width, height: height, bands: format.bands)
        return Picture(
            name: "picture\(format.suffix.prefix { $0 != "[" })",
            bytes: Vips.save(format.isDeep ? raster.deep : raster, as: format.suffix, pages: format.pages),
            mediaType: format.mediaType, width: width, height: height / format.pages)
    }

    enum Format: String, Sendable, CaseIterable, CustomTestStringConvertible {
        case jpeg, png, deepPNG, alphaPNG, webp, animatedWebP, gif, animatedGIF, tiff, avif, heic

        var testDescription: String { rawValue }

        var suffix: String {
            switch self {
            case .jpeg: ".jpg[Q=88]"
            case .png, .deepPNG, .alphaPNG: ".png"
            case .webp, .animatedWebP: ".webp[Q=82]"
            case .gif, .animatedGIF: ".gif"
            case .tiff: ".tif[compression=lzw]"
            case .avif: ".avif[Q=55,effort=0]"
            case .heic: ".heic[Q=60]"
            }
        }

        var mediaType: String {
            switch self {
            case .jpeg: "image/jpeg"
            case .png, .deepPNG, .alphaPNG: "image/png"
            case .webp, .animatedWebP: "image/webp"
            case .gif, .animatedGIF: "image/gif"
            case .tiff: "image/tiff"
            case .avif: "image/avif"
            case .heic: "image/heic"
            }
        }

        var bands: Int { self == .alphaPNG ? 4 : 3 }
        var isDeep: Bool { self == .deepPNG }
        var pages: Int { self == .animatedGIF || self == .animatedWebP ? 3 : 1 }
    }
}
