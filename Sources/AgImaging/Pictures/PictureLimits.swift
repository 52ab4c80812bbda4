/// How large a picture may be, by what its header says, before a decoder sees it.
///
/// Only what costs is limited: the pixels that are decoded, and what a decoder must read for them. Frames and pages behind
/// the first, texts, camera notes and bytes behind the end are never given to one. Nor does it matter how few bytes hold
/// the pixels: a blank scan is no bomb.
package struct PictureLimits: Sendable, Codable, Equatable {
    package var maxBytes: Int64 = 100 << 20
    package var maxPixels: Int64 = 100_000_000
    /// AVIF and HEIC have no decoding at a smaller size, so each pixel costs about seven bytes.
    package var maxPixelsHEIF: Int64 = 50_000_000
    /// A WebP is decoded whole as well, into up to four buffers of four bytes per pixel.
    package var maxPixelsWebP: Int64 = 40_000_000
    package var maxSide: Int64 = 30_000
    /// GIF and WebP: what their decoders and WebP's own format can hold.
    package var maxSideSmall: Int64 = 16_384
    package var maxScans: Int64 = 100
    package var maxProfileBytes: Int64 = 4 << 20

    package init() {}
}
