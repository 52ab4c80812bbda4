/// How large a picture may be, by what its header says, before a decoder sees it.
package struct PictureLimits: Sendable, Codable, Equatable {
    package var maxBytes: Int64 = 100 << 20
    package var maxPixels: Int64 = 100_000_000
    /// AVIF and HEIC have no decoding at a smaller size, so each pixel costs about seven bytes.
    package var maxPixelsHEIF: Int64 = 50_000_000
    /// A WebP is decoded whole as well: eight bytes per pixel, four in libwebp and four in libvips.
    package var maxPixelsWebP: Int64 = 50_000_000
    package var maxSide: Int64 = 30_000
    /// GIF and WebP: what their decoders and WebP's own format can hold.
    package var maxSideSmall: Int64 = 16_384
    package var maxFrames: Int64 = 1_000
    /// The areas of all frames together.
    package var maxAnimationPixels: Int64 = 100_000_000
    package var maxScans: Int64 = 100
    package var maxTextChunks: Int64 = 50
    package var maxTextChunkBytes: Int64 = 64 << 10
    package var maxProfileBytes: Int64 = 4 << 20
    package var maxExifBytes: Int64 = 64 << 10
    package var maxXMPBytes: Int64 = 1 << 20
    /// Decoded bytes per byte of file, asked of pictures that decode to more than 16 MiB. DEFLATE ends at 1,032.
    package var maxExpansion: Int64 = 20_000

    package init() {}
}
