import CVips
import Testing

@testable import AgImaging

/// Four quarters of different colours, and what must come of them.
enum Quarters {
    /// Top left, top right, bottom left, bottom right.
    static let colors = [[200, 40, 40], [40, 180, 60], [40, 60, 200], [230, 210, 60]]
    static let greys = [[50], [100], [150], [220]]
    static let cover = [255, 191, 128, 64]
    /// `colors` taken for Display P3, in sRGB.
    static let fromP3 = [[218, 0, 27], [0, 183, 30], [34, 61, 208], [234, 209, 0]]
    static let inks = [[40, 200, 200, 0], [200, 40, 200, 0], [200, 200, 40, 0], [0, 0, 200, 20]]
    /// `inks` without a profile, in sRGB.
    static let fromInks = [[205, 82, 69], [44, 144, 94], [76, 73, 131], [253, 221, 70]]

    /// HEIC is written in blocks of 64: what is smaller becomes a grid.
    static let width = 64
    static let height = 64

    static func index(_ x: Int, _ y: Int) -> Int { (y < height / 2 ? 0 : 2) + (x < width / 2 ? 0 : 1) }

    /// The quarters with one value more each.
    static func with(_ last: [Int], _ quarters: [[Int]] = colors) -> [[Int]] { zip(quarters, last).map { $0 + [$1] } }

    static func threefold(_ greys: [[Int]]) -> [[Int]] { greys.map { [$0[0], $0[0], $0[0]] } }

    static func picture(
        _ quarters: [[Int]], _ meaning: VipsInterpretation = VIPS_INTERPRETATION_sRGB
    ) -> Picture {
        Picture.drawn(width, height, meaning) { x, y in quarters[index(x, y)].map { UInt8($0) } }
    }

    static func deep(
        _ quarters: [[Int]], _ meaning: VipsInterpretation = VIPS_INTERPRETATION_RGB16
    ) -> Picture {
        Picture.drawn16(width, height, meaning) { x, y in quarters[index(x, y)].map { UInt16($0) } }
    }

    static func widened(_ quarters: [[Int]]) -> [[Int]] { quarters.map { $0.map { $0 * 257 } } }

    /// Renders a file as every upload is, and compares the middles of the quarters of thumbnail, WebP and AVIF.
    static func expect(
        _ file: [UInt8], _ quarters: [[Int]], tolerance: Int = 14, _ name: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let codecs = try await TestCodecs.shared.value
        let order = RenderOrder(outputs: [
            RenderOutput(name: "large", width: 1_920, format: .webp, quality: 90),
            RenderOutput(name: "large", width: 1_920, format: .avif, quality: 90),
        ])
        let result = try await codecs.render(file, order)
        for output in [try #require(result.thumbnail)] + result.outputs {
            let seen = Self.quarters(of: try output.pixels())
            let isRight = zip(seen, quarters).allSatisfy { isNear($0, $1, tolerance) }
            #expect(
                isRight, "\(name) as \(output.name).\(output.format): \(seen), not \(quarters)",
                sourceLocation: sourceLocation)
        }
    }

    static func quarters(of pixels: Pixels) -> [[Int]] {
        [(1, 1), (3, 1), (1, 3), (3, 3)].map { pixels.at(pixels.width * $0.0 / 4, pixels.height * $0.1 / 4) }
    }

    /// What cannot be seen has no colour.
    private static func isNear(_ seen: [Int], _ wanted: [Int], _ tolerance: Int) -> Bool {
        let seen = seen.count == 3 ? seen + [255] : seen
        let wanted = wanted.count == 3 ? wanted + [255] : wanted
        return abs(seen[3] - wanted[3]) <= tolerance
            && (wanted[3] == 0 || zip(seen, wanted).allSatisfy { abs($0 - $1) <= tolerance })
    }
}
