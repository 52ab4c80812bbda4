import AgImaging
import Testing

/// Four colours in four quarters: what must still be there, whatever surrounds the pixels.
enum Quad {
    static let colors: [[UInt8]] = [[200, 40, 40], [40, 180, 60], [40, 60, 200], [230, 210, 60]]

    static func color(_ x: Int, _ y: Int, _ width: Int, _ height: Int) -> [UInt8] {
        colors[(y < height / 2 ? 0 : 2) + (x < width / 2 ? 0 : 1)]
    }

    static func picture(_ width: Int = 160, _ height: Int = 120) -> Picture {
        Picture.drawn(width, height) { x, y in color(x, y, width, height) }
    }

    /// The samples of an uncompressed TIFF.
    static func pixels(_ width: Int, _ height: Int) -> [UInt8] {
        (0..<height).flatMap { y in (0..<width).flatMap { x in color(x, y, width, height) } }
    }

    /// Thumbnail, WebP and AVIF, as a page shows them.
    static let order = RenderOrder(outputs: [
        RenderOutput(name: "large", width: 1_920, format: .webp, quality: 90),
        RenderOutput(name: "large", width: 1_920, format: .avif, quality: 90),
    ])

    /// Sends a file the whole way, and looks into the middle of each quarter of what comes out.
    static func check(_ bytes: [UInt8], _ name: String, _ codecs: Codecs) async throws {
        let probe = try await codecs.probe(bytes)
        let result = try await codecs.render(bytes, order)
        #expect(!probe.isDamaged && result.warnings.isEmpty, "\(name): \(result.warnings)")
        for output in result.outputs + [try #require(result.thumbnail)] {
            let pixels = try output.pixels()
            for (index, color) in colors.enumerated() {
                let x = pixels.width * (index % 2 * 2 + 1) / 4
                let y = pixels.height * (index / 2 * 2 + 1) / 4
                let seen = pixels.at(x, y).prefix(3)
                #expect(
                    zip(seen, color).allSatisfy { abs($0 - Int($1)) <= 14 },
                    "\(name), \(output.name).\(output.format), quarter \(index): \(seen)")
            }
        }
    }
}
