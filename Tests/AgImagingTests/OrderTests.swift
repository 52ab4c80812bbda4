import Testing

@testable import AgImaging

@Suite("Orders")
struct OrderTests {
    @Test("the standard set is encoded as it was measured")
    func standard() {
        let settings = RenderOrder.standard.outputs.map { EncoderSetting($0) }

        #expect(settings.map(\.quality) == [90, 84, 85, 73, 80, 63])
        #expect(settings.map(\.effort) == [3, 0, 3, 3, 3, 3])
    }

    @Test("a quality between the measured ones lies between them, and more is never less")
    func between() {
        let numbers = (1...100).map {
            EncoderSetting(RenderOutput(name: "x", width: 640, format: .avif, quality: $0)).quality
        }

        #expect(numbers == numbers.sorted())
        #expect(numbers.first == 1 && numbers.last == 100)
        #expect(
            EncoderSetting(RenderOutput(name: "x", width: 9, format: .avif, quality: 87, effort: 5))
                == EncoderSetting(RenderOutput(name: "x", width: 9, format: .avif, quality: 87, effort: 5)))
        #expect(EncoderSetting(RenderOutput(name: "x", width: 9, format: .webp, quality: 500)).quality == 100)
    }

    @Test(
        "sizes keep proportions, never grow and never vanish",
        arguments: [
            (4_000, 3_000, 640, 640, 480), (500, 400, 640, 500, 400), (3_000, 1, 640, 640, 1),
            (1, 3_000, 640, 1, 3_000),
            (30_000, 30, 1_024, 1_024, 1), (100, 30_000, 640, 55, 16_383), (1, 1, 1, 1, 1),
            (16_400, 2, 20_000, 16_383, 2),
        ])
    func fitting(_ width: Int, _ height: Int, _ limit: Int, _ expectedWidth: Int, _ expectedHeight: Int) {
        let size = PlannedSize.fitting(width: width, height: height, into: limit)
        #expect(size == PlannedSize(width: expectedWidth, height: expectedHeight))
    }

    @Test(
        "a thumbnail's picture covers its square where it can",
        arguments: [(4_000, 3_000, 200, 150), (3_000, 4_000, 150, 200), (100, 90, 100, 90), (10_000, 151, 9_934, 150)])
    func covering(_ width: Int, _ height: Int, _ expectedWidth: Int, _ expectedHeight: Int) {
        let size = PlannedSize.covering(width: width, height: height, side: 150)
        #expect(size == PlannedSize(width: expectedWidth, height: expectedHeight))
    }
}

@Suite("The ThumbHash")
struct ThumbHashTests {
    private func solid(_ width: Int, _ height: Int, _ color: [UInt8]) -> [UInt8] {
        var pixels: [UInt8] = []
        for _ in 0..<width * height { pixels += color }
        return pixels
    }

    /// Reads the average colour back, as the format's description tells.
    private func average(_ hash: [UInt8]) -> [Double] {
        let head = Int(hash[0]) | Int(hash[1]) << 8 | Int(hash[2]) << 16
        let light = Double(head & 63) / 63
        let yellow = Double(head >> 6 & 63) / 31.5 - 1
        let red = Double(head >> 12 & 63) / 31.5 - 1
        let blue = light - 2.0 / 3.0 * yellow
        let strong = (3 * light - blue + red) / 2
        return [strong, strong - red, blue].map { min(1, max(0, $0)) }
    }

    @Test(
        "gives the average colour back",
        arguments: [[255, 0, 0, 255], [0, 128, 64, 255], [255, 255, 255, 255], [12, 34, 200, 255]] as [[UInt8]])
    func averageColor(_ color: [UInt8]) {
        let hash = ThumbHash.encode(width: 16, height: 12, pixels: solid(16, 12, color))
        for (value, expected) in zip(average(hash), color) { #expect(abs(value - Double(expected) / 255) < 0.05) }
    }

    @Test("knows the picture's shape")
    func shape() {
        for (width, height) in [(32, 8), (8, 32), (20, 20), (100, 1), (1, 100), (1, 1)] {
            let hash = ThumbHash.encode(width: width, height: height, pixels: solid(width, height, [9, 99, 199, 255]))
            let isLandscape = hash[4] & 0x80 != 0
            let shorter = Int(hash[3] & 7)
            #expect(isLandscape == (width > height), "\(width)x\(height)")
            #expect(shorter == max(1, Int((7.0 * Double(min(width, height)) / Double(max(width, height))).rounded())))
            #expect(hash.count <= 25 && hash[2] & 0x80 == 0)
        }
    }

    @Test("tells a picture with alpha, and has the mean of what can be seen")
    func alpha() {
        let pixels = solid(16, 8, [200, 100, 50, 255]) + solid(16, 8, [0, 0, 0, 0])
        let hash = ThumbHash.encode(width: 16, height: 16, pixels: pixels)

        #expect(hash[2] & 0x80 != 0)
        #expect(abs(Double(hash[5] & 15) / 15 - 0.5) < 0.04)
        for (value, expected) in zip(average(hash), [200.0, 100, 50]) { #expect(abs(value - expected / 255) < 0.06) }
    }

    @Test("puts a wave where the picture has one")
    func waves() {
        // Dark left, bright right: the first frequency across is as negative as it can be, the others are near nothing.
        var pixels: [UInt8] = []
        for index in 0..<256 { pixels += [UInt8](repeating: UInt8(index % 16 * 17), count: 3) + [255] }
        let hash = ThumbHash.encode(width: 16, height: 16, pixels: pixels)

        #expect(hash[5] & 15 == 0)
        #expect([7, 8].contains(hash[5] >> 4))
    }

    @Test("a picture that cannot be seen has a hash too")
    func invisible() {
        #expect(ThumbHash.encode(width: 2, height: 2, pixels: solid(2, 2, [1, 2, 3, 0])).count > 5)
    }
}

@Suite("Dominant colours")
struct DominantColorTests {
    @Test("come with their shares, the largest first")
    func shares() {
        let red = [UInt8](arrayLiteral: 255, 0, 0, 255)
        let blue = [UInt8](arrayLiteral: 0, 0, 255, 255)
        var pixels: [UInt8] = []
        for index in 0..<100 { pixels += index < 75 ? red : blue }
        let found = DominantColors.find(in: pixels)

        #expect(found == [.init(hex: "#ff0000", share: 0.75), .init(hex: "#0000ff", share: 0.25)])
    }

    @Test("are few, and similar ones are one")
    func few() {
        var random = Seeded(1)
        var noise: [UInt8] = []
        for index in 0..<16_384 { noise.append(index % 4 == 3 ? 255 : .random(in: 0...255, using: &random)) }
        var near: [UInt8] = []
        for index in 0..<100 { near += [UInt8(100 + index % 8), 100, 100, 255] }

        #expect(DominantColors.find(in: noise).count <= 6)
        #expect(DominantColors.find(in: near).count == 1)
        #expect(DominantColors.find(in: noise) == DominantColors.find(in: noise))
    }

    @Test("do not count what cannot be seen")
    func transparent() {
        #expect(DominantColors.find(in: [255, 0, 0, 0, 0, 0, 255, 255]) == [.init(hex: "#0000ff", share: 1)])
        #expect(DominantColors.find(in: [255, 0, 0, 0]) == [])
    }
}

@Suite("Cutting metadata out of a WebP")
struct WebPCutTests {
    private func chunk(_ name: String, _ body: [UInt8]) -> [UInt8] {
        let padding: [UInt8] = body.count % 2 == 1 ? [0] : []
        return Array(name.utf8) + length(body) + body + padding
    }

    private func file(_ chunks: [[UInt8]]) -> [UInt8] {
        let body = Array("WEBP".utf8) + chunks.joined()
        return Array("RIFF".utf8) + length(body) + body
    }

    private func length(_ body: [UInt8]) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: body.count >> (8 * $0)) }
    }

    @Test("leaves pixels and alpha, and takes what they were announced with")
    func cut() {
        let size: [UInt8] = [0, 0, 0, 9, 0, 0, 9, 0, 0]
        let pixels = chunk("VP8 ", [1, 2, 3])
        let alpha = chunk("ALPH", [4, 5])
        let before = file([
            chunk("VP8X", [0x3C] + size), chunk("ICCP", [9, 9, 9]), alpha, pixels, chunk("EXIF", [7]),
            chunk("XMP ", [8, 8]),
        ])

        #expect(WebPCut.withoutMetadata(before) == file([chunk("VP8X", [0x10] + size), alpha, pixels]))
    }

    @Test("a simple file stays as it is")
    func simple() {
        let before = file([chunk("VP8L", [1, 2, 3, 4])])
        #expect(WebPCut.withoutMetadata(before) == before)
    }
}
