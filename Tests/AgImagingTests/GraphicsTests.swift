import CVips
import Testing

@testable import AgImaging

@Suite("A graphic's derived pictures", .timeLimit(.minutes(5)))
struct GraphicsTests {
    @Test("are not larger than it and keep its colours", arguments: Graphics.all)
    func small(_ graphic: Graphics.Graphic) async throws {
        let codecs = try await TestCodecs.shared.value
        let picture = graphic.picture
        let bytes = picture.file(graphic.suffix)
        let result = try await codecs.render(bytes)
        let before = Pixels(picture.file(".png"), .png)

        #expect(result.outputs.count == 6)
        // Both larger ones are of its own size: one file under two names.
        for format in [PictureFormat.webp, .avif] {
            let same = try result.outputs.filter { $0.format == format && $0.width == 700 }.map { try $0.bytes() }
            #expect(same.count == 2 && same[0] == same[1])
        }
        for output in result.outputs where output.width == before.width {
            let share = Double(output.length) / Double(bytes.count)
            #expect(share <= (output.format == .webp ? 1 : 1.5), "\(output.format) \(output.encoding) \(share)")
            #expect(output.encoding != .lossy)
            let after = try output.pixels()
            for color in graphic.colors {
                let shift = try #require(before.shift(of: color, in: after), "\(color) is not in the picture")
                #expect(shift < 14, "\(color) in \(output.format) \(output.encoding)")
            }
        }
        for output in result.outputs where output.width != before.width {
            #expect(output.width == 640 && output.encoding != .lossy)
        }
    }

    @Test("are right where the usual chroma would turn red text brown", arguments: [PictureFormat.webp, .avif])
    func chroma(_ format: PictureFormat) async throws {
        let codecs = try await TestCodecs.shared.value
        let graphic = Graphics.all[0]
        let picture = graphic.picture
        let before = Pixels(picture.file(".png"), .png)
        let usual = picture.file(format == .webp ? ".webp[Q=85]" : ".avif[Q=73,subsample_mode=on]")
        #expect(before.shift(of: graphic.colors[0], in: Pixels(usual, format))! > 14)

        // On the fly: one encoding of the quality that was asked for.
        let made = try await codecs.render(picture.file(".png"), .only(700, format)).outputs[0]
        #expect(made.encoding == (format == .webp ? .lossySharp : .lossy444))
        if format == .avif { #expect(try before.shift(of: graphic.colors[0], in: made.pixels())! < 14) }
    }

    @Test("in JPEG keep their chroma on the fly")
    func jpeg() async throws {
        let codecs = try await TestCodecs.shared.value
        let graphic = Graphics.all[0]
        let bytes = graphic.picture.file(".png")
        let made = try await codecs.render(bytes, .only(700, .jpeg, quality: 80)).outputs[0]

        #expect(made.encoding == .lossy444)
        let before = Pixels(bytes, .png)
        let usual = Pixels(graphic.picture.file(".jpg[Q=80,subsample_mode=on]"), .jpeg)
        let shifts = try [made.pixels(), usual].map { before.shift(of: graphic.colors[0], in: $0)! }
        #expect(shifts[0] < shifts[1] / 2, "\(shifts)")
    }

    @Test("keep the colour of little text beside photographs", arguments: [0, 1])
    func mixed(_ seed: Int) async throws {
        let codecs = try await TestCodecs.shared.value
        let drawn = Pixels(Graphics.all[3].picture.file(".png"), .png)
        let photo = Pixels(Picture.photo(440, 170, seed: 3 + seed).file(".png"), .png)
        let page = Picture.drawn(700, 420) { x, y in
            let isPhoto = 20..<460 ~= x && 60..<230 ~= y
            return (isPhoto ? photo.at(x - 20, y - 60) : drawn.at(x, y)).map { UInt8($0) }
        }
        let bytes = page.file(".png")
        let before = Pixels(bytes, .png)
        for output in try await codecs.render(bytes).outputs where output.width == 700 {
            let shift = try #require(before.shift(of: [200, 30, 30], in: output.pixels()))
            #expect(shift < 14, "\(output.format) \(output.encoding)")
            #expect(Int(output.length) <= bytes.count, "\(output.format) \(output.encoding)")
        }
    }

    @Test("of a screenshot saved as JPEG are smaller than it")
    func screenshotAsJPEG() async throws {
        let codecs = try await TestCodecs.shared.value
        let bytes = Graphics.all[3].picture.file(".jpg[Q=88]")
        for output in try await codecs.render(bytes).outputs {
            #expect(Int(output.length) <= bytes.count, "\(output.name).\(output.format) \(output.encoding)")
        }
    }

    @Test("keep alpha, and the colours under it", arguments: [PictureFormat.webp, .avif])
    func alpha(_ format: PictureFormat) async throws {
        let codecs = try await TestCodecs.shared.value
        let result = try await codecs.render(Graphics.all[5].picture.file(".png"))
        for output in result.outputs where output.format == format {
            let pixels = try output.pixels()
            let middle = pixels.at(pixels.width / 2, pixels.height / 10)
            #expect(pixels.bands == 4 && pixels.at(2, 2)[3] < 5)
            #expect(zip(middle, [40, 90, 200, 255]).allSatisfy { abs($0 - $1) < 14 }, "\(middle)")
        }
    }

    @Test("have the same bytes each time")
    func deterministic() async throws {
        let bytes = Graphics.all[4].picture.file(".png")
        var seen: Set<[[UInt8]]> = []
        for _ in 0..<2 {
            let codecs = try await TestCodecs.start { $0.codecs = 1 }
            seen.insert(try await codecs.render(bytes).outputs.map { try $0.bytes() })
            await codecs.shutdown()
        }
        #expect(seen.count == 1)
    }
}

@Suite("A photograph's derived pictures", .timeLimit(.minutes(2)))
struct PhotographTests {
    /// The encoders' options by which photographs were measured.
    private static let recipe: [(RenderOutput, String)] = [
        (RenderOutput(name: "a", width: 1_200, format: .webp, quality: 90), ".webp[Q=90,effort=3,strip]"),
        (RenderOutput(name: "b", width: 640, format: .webp, quality: 80), ".webp[Q=80,effort=3,strip]"),
        (
            RenderOutput(name: "a", width: 1_200, format: .avif, quality: 90),
            ".avif[Q=84,effort=0,subsample_mode=on,bitdepth=8,strip]"
        ),
        (
            RenderOutput(name: "b", width: 640, format: .avif, quality: 80),
            ".avif[Q=63,effort=3,subsample_mode=on,bitdepth=8,strip]"
        ),
        (RenderOutput(name: "b", width: 640, format: .jpeg, quality: 80), ".jpg[Q=80,strip,optimize_coding]"),
    ]

    @Test("are encoded once, by the measured recipe, byte for byte", arguments: [true, false])
    func recipe(_ seeksForms: Bool) async throws {
        let codecs = try await TestCodecs.shared.value
        let plain = [1_200, 640].map { RenderOutput(name: "\($0)", width: $0, format: .png, quality: 100) }
        let result = try await codecs.render(
            Picture.photo(1_200, 800).file(".jpg[Q=92]"),
            RenderOrder(outputs: plain + Self.recipe.map(\.0), seeksForms: seeksForms))
        let pixels = try result.outputs.prefix(2).map { try Picture(png: $0.bytes()) }

        for (made, (wish, options)) in zip(result.outputs.dropFirst(2), Self.recipe) {
            let same = pixels[wish.width == 640 ? 1 : 0].file(options)
            let bytes = made.format == .webp ? WebPCut.withoutMetadata(same) : same
            #expect(made.encoding == .lossy)
            #expect(try made.bytes() == bytes, "\(options)")
        }
    }
}

extension Pixels {
    /// How far the mean of the pixels that had exactly this colour is from it, in the worst band; `nil` when few had it.
    func shift(of color: [UInt8], in other: Pixels) -> Double? {
        var moved = [0, 0, 0]
        var count = 0
        for y in 0..<height {
            for x in 0..<width {
                let here = at(x, y)
                guard (0..<3).allSatisfy({ here[$0] == Int(color[$0]) }), bands == 3 || here[3] == 255 else { continue }
                let there = other.at(x, y)
                count += 1
                for band in 0..<3 { moved[band] += there[band] - here[band] }
            }
        }
        return count < 8 ? nil : Double(moved.map(abs).max()!) / Double(count)
    }
}
