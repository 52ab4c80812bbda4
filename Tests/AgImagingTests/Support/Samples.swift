import AgImaging
import CVips
import Testing

/// Small good files of every format, made once.
enum Samples {
    struct Sample: Sendable, CustomTestStringConvertible {
        let name: String
        let format: PictureFormat
        let bytes: [UInt8]

        var testDescription: String { name }
    }

    private static var still: Picture {
        Picture.drawn(24, 16) { x, y in [UInt8(x * 10), UInt8(y * 15), UInt8(x ^ y)] }
    }

    /// Three frames below each other, as libvips holds an animation.
    static var animation: Picture {
        Picture.drawn(24, 48) { x, y in [UInt8(y / 16 * 100), UInt8(x * 10), 40] }
            .with("page-height", 16)
    }

    static let all: [Sample] = [
        Sample(name: "baseline JPEG", format: .jpeg, bytes: still.file(".jpg")),
        Sample(name: "progressive JPEG", format: .jpeg, bytes: still.file(".jpg[interlace]")),
        Sample(name: "PNG", format: .png, bytes: still.file(".png")),
        Sample(name: "interlaced PNG", format: .png, bytes: still.file(".png[interlace]")),
        Sample(name: "WebP", format: .webp, bytes: still.file(".webp")),
        Sample(name: "lossless WebP", format: .webp, bytes: still.file(".webp[lossless]")),
        Sample(name: "animated WebP", format: .webp, bytes: animation.file(".webp")),
        Sample(name: "GIF", format: .gif, bytes: still.file(".gif")),
        Sample(name: "animated GIF", format: .gif, bytes: animation.file(".gif")),
        Sample(name: "TIFF", format: .tiff, bytes: still.file(".tif")),
        Sample(
            name: "tiled TIFF", format: .tiff,
            bytes: still.file(".tif[tile,tile_width=16,tile_height=16,compression=deflate]")),
        Sample(name: "AVIF", format: .avif, bytes: still.file(".avif")),
        Sample(name: "HEIC", format: .heic, bytes: still.file(".heic")),
    ]
}
