import AgBase
import CVips
import Testing

@testable import AgImaging

@Suite("A derived picture", .timeLimit(.minutes(5)))
struct CorrectnessTests {
    private static let red: [UInt8] = [220, 30, 30]
    private static let green: [UInt8] = [30, 180, 30]
    private static let blue: [UInt8] = [30, 30, 220]
    private static let yellow: [UInt8] = [220, 200, 30]

    /// Red and green above, blue and yellow below.
    private static func quarters(_ width: Int = 96, _ height: Int = 64) -> Picture {
        Picture.drawn(width, height) { x, y in
            y < height / 2 ? (x < width / 2 ? red : green) : (x < width / 2 ? blue : yellow)
        }
    }

    private func name(_ color: [Int]) -> String {
        let named = [("red", Self.red), ("green", Self.green), ("blue", Self.blue), ("yellow", Self.yellow)]
        return named.min { distance($0.1, color) < distance($1.1, color) }!.0
    }

    private func distance(_ a: [UInt8], _ b: [Int]) -> Int { zip(a, b).reduce(0) { $0 + abs(Int($1.0) - $1.1) } }

    /// The colours of the four corners, row by row.
    private func corners(_ pixels: Pixels) -> [String] {
        let right = pixels.width * 7 / 8
        let bottom = pixels.height * 7 / 8
        let left = pixels.width / 8
        let top = pixels.height / 8
        return [(left, top), (right, top), (left, bottom), (right, bottom)].map { name(pixels.at($0.0, $0.1)) }
    }

    /// What each EXIF orientation makes of the four quarters.
    private static let upright = [
        1: ["red", "green", "blue", "yellow"], 2: ["green", "red", "yellow", "blue"],
        3: ["yellow", "blue", "green", "red"], 4: ["blue", "yellow", "red", "green"],
        5: ["red", "blue", "green", "yellow"], 6: ["blue", "red", "yellow", "green"],
        7: ["yellow", "green", "blue", "red"], 8: ["green", "yellow", "red", "blue"],
    ]

    @Test("stands upright for every orientation of JPEG, PNG, WebP and TIFF", arguments: 1...8)
    func orientation(_ orientation: Int) async throws {
        let codecs = try await TestCodecs.shared.value
        let turned = Self.quarters().with("exif-data", ExifBlock.orientation(orientation).withMark)
            .with("orientation", orientation)
        for suffix in [".jpg[Q=95]", ".png", ".webp[lossless]", ".tif"] {
            let bytes = turned.file(suffix)
            let probe = try await codecs.probe(bytes)
            let result = try await codecs.render(bytes, .only(96, .webp, quality: 95))
            let pixels = try result.outputs[0].pixels()

            let isTurned = orientation >= 5
            #expect(probe.orientation == orientation, "\(suffix)")
            #expect([probe.width, probe.height] == (isTurned ? [64, 96] : [96, 64]), "\(suffix)")
            #expect([probe.storedWidth, probe.storedHeight] == [96, 64], "\(suffix)")
            #expect([pixels.width, pixels.height] == (isTurned ? [64, 96] : [96, 64]), "\(suffix)")
            #expect(corners(pixels) == Self.upright[orientation], "\(suffix) \(orientation)")
        }
    }

    @Test("follows the container's rotation of AVIF and HEIC, and not the EXIF beside it", arguments: 0...3)
    func heifRotation(_ turns: Int) async throws {
        let codecs = try await TestCodecs.shared.value
        // EXIF says "upside down", which must not count.
        let picture = Self.quarters().with("exif-data", ExifBlock.orientation(3).withMark)
        let anticlockwise = [0: 1, 1: 8, 2: 3, 3: 6]
        for suffix in [".avif[Q=90]", ".heic[Q=90]"] {
            let bytes = HEIFPatch.rotated(picture.file(suffix), turns)
            let probe = try await codecs.probe(bytes)
            let pixels = try await codecs.render(bytes, .only(96, .webp, quality: 95)).outputs[0].pixels()

            #expect([probe.width, probe.height] == (turns % 2 == 1 ? [64, 96] : [96, 64]), "\(suffix) \(turns)")
            #expect([probe.storedWidth, probe.storedHeight] == [96, 64], "\(suffix) \(turns)")
            #expect(probe.orientation == 1)
            #expect(corners(pixels) == Self.upright[anticlockwise[turns]!], "\(suffix) \(turns)")
        }
    }

    @Test("follows the container's mirror of AVIF and HEIC, alone and behind a rotation")
    func heifMirror() async throws {
        let codecs = try await TestCodecs.shared.value
        // Quarter turns anticlockwise, the mirror behind them, and the EXIF orientation that shows the same.
        for (turns, axis, same) in [(0, 1, 2), (0, 0, 4), (1, 0, 5), (3, 0, 7), (2, 1, 4), (1, 1, 7), (3, 1, 5)] {
            for suffix in [".avif[Q=90]", ".heic[Q=90]"] {
                let turned =
                    turns == 0 ? Self.quarters().file(suffix) : HEIFPatch.rotated(Self.quarters().file(suffix), turns)
                let bytes = HEIFPatch.mirrored(turned, axis)
                let pixels = try await codecs.render(bytes, .only(96, .webp, quality: 95)).outputs[0].pixels()
                #expect(corners(pixels) == Self.upright[same], "\(suffix), \(turns) turns, axis \(axis)")
            }
        }
    }

    @Test("is in sRGB when the original was in another colour space")
    func profile() async throws {
        let codecs = try await TestCodecs.shared.value
        let picture = Picture.drawn(64, 64) { _, _ in [0, 255, 0] }
        let plain = try await codecs.render(picture.file(".png"), .only(64, .png)).outputs[0].pixels().at(32, 32)
        let wide = picture.converted(to: "p3").file(".png")
        let probe = try await codecs.probe(wide)
        let result = try await codecs.render(wide, .only(64, .png))

        // The same green has other numbers in P3, and must come back as sRGB's.
        #expect(probe.hasProfile)
        #expect(result.warnings == [])
        #expect(plain == [0, 255, 0])
        let green = try result.outputs[0].pixels().at(32, 32)
        #expect(green[0] <= 8 && green[1] >= 250 && green[2] <= 8, "\(green)")
    }

    @Test("loses a broken colour profile with a warning, and is made all the same")
    func brokenProfile() async throws {
        let codecs = try await TestCodecs.shared.value
        for suffix in [".jpg[Q=95]", ".tif"] {
            let good = Self.quarters().converted(to: "srgb").file(suffix)
            let profile = try #require(place(of: "acsp", in: good)) - 36
            // Without its signature it is no profile at all; with a ruined table of tags it is one that cannot be used.
            for (name, damage) in [("signature", profile + 36..<profile + 40), ("tags", profile + 128..<profile + 300)]
            {
                var bytes = good
                for index in damage { bytes[index] = 0xFE }
                let result = try await codecs.render(bytes, .only(96, .webp, quality: 95))

                #expect(result.warnings.contains { $0.contains("profile") }, "\(name) \(suffix)")
                #expect(corners(try result.outputs[0].pixels()) == Self.upright[1], "\(name) \(suffix)")
            }
            #expect(try await codecs.render(good, .only(96, .webp)).warnings == [])
        }
    }

    private func place(of word: String, in bytes: [UInt8]) -> Int? {
        let word = Array(word.utf8)
        return (0...(bytes.count - word.count)).first { bytes[$0..<$0 + word.count].elementsEqual(word) }
    }

    @Test("has the right colours when the original is made for print")
    func cmyk() async throws {
        let codecs = try await TestCodecs.shared.value
        // No ink but yellow and magenta gives red.
        let picture = Picture.drawn(64, 48, VIPS_INTERPRETATION_CMYK) { x, _ in
            x < 32 ? [0, 255, 255, 0] : [0, 0, 0, 0]
        }
        for suffix in [".jpg[Q=95]", ".tif"] {
            let bytes = picture.file(suffix)
            let probe = try await codecs.probe(bytes)
            let pixels = try await codecs.render(bytes, .only(64, .webp, quality: 95)).outputs[0].pixels()

            #expect(probe.colorSpace == "cmyk" && !probe.hasAlpha, "\(suffix)")
            #expect(pixels.bands == 3)
            let red = pixels.at(8, 24)
            let white = pixels.at(56, 24)
            #expect(red[0] > 180 && red[1] < 90 && red[2] < 90, "\(suffix) \(red)")
            #expect(white.allSatisfy { $0 > 240 }, "\(suffix) \(white)")
        }
    }

    @Test("keeps the greys of a grey original, of one bit to sixteen")
    func grey() async throws {
        let codecs = try await TestCodecs.shared.value
        let picture = Picture.drawn(64, 48, VIPS_INTERPRETATION_B_W) { x, _ in [x < 32 ? 64 : 200] }
        let deep = Picture.drawn16(64, 48, VIPS_INTERPRETATION_GREY16) { x, _ in [x < 32 ? 64 * 257 : 200 * 257] }
        for bytes in [
            picture.file(".jpg[Q=95]"), picture.file(".png"), picture.file(".tif"), deep.file(".png"),
            deep.file(".tif"),
        ] {
            let pixels = try await codecs.render(bytes, .only(64, .webp, quality: 95)).outputs[0].pixels()
            #expect(zip(pixels.at(8, 24), [64, 64, 64]).allSatisfy { abs($0 - $1) <= 4 })
            #expect(zip(pixels.at(56, 24), [200, 200, 200]).allSatisfy { abs($0 - $1) <= 4 })
        }
    }

    @Test("of a sixteen bit picture has its colours in eight, alpha too")
    func sixteenBits() async throws {
        let codecs = try await TestCodecs.shared.value
        let picture = Picture.drawn16(200, 100, VIPS_INTERPRETATION_RGB16) { x, _ in
            [220 * 257, 30 * 257, 30 * 257, x < 100 ? 65_535 : 0]
        }
        for suffix in [".png", ".tif"] {
            let bytes = picture.file(suffix)
            let probe = try await codecs.probe(bytes)
            let pixels = try await codecs.render(bytes, .only(100, .png)).outputs[0].pixels()

            #expect(probe.bitDepth == 16 && probe.hasAlpha, "\(suffix)")
            #expect(pixels.bands == 4)
            #expect(
                zip(pixels.at(20, 25), [220, 30, 30, 255]).allSatisfy { abs($0 - $1) <= 3 }, "\(pixels.at(20, 25))")
            #expect(pixels.at(80, 25)[3] == 0)
        }
    }

    @Test("keeps alpha, and no colour bleeds out of what cannot be seen")
    func alpha() async throws {
        let codecs = try await TestCodecs.shared.value
        // Transparent green beside opaque red: a careless resize would mix them.
        let picture = Picture.drawn(400, 200) { x, _ in x < 200 ? [220, 30, 30, 255] : [0, 255, 0, 0] }
        for suffix in [".png", ".webp[lossless]", ".tif"] {
            let order = RenderOrder(outputs: [
                RenderOutput(name: "a", width: 100, format: .webp, quality: 95),
                RenderOutput(name: "a", width: 100, format: .avif, quality: 95),
            ])
            let result = try await codecs.render(picture.file(suffix), order)
            for output in result.outputs {
                let pixels = try output.pixels()
                #expect(pixels.bands == 4, "\(suffix) \(output.format)")
                #expect(pixels.at(10, 25)[3] > 250 && pixels.at(90, 25)[3] < 5, "\(suffix) \(output.format)")
                let edge = pixels.at(48, 25)
                #expect(edge[1] < 90, "\(suffix) \(output.format) \(edge)")
            }
            #expect(try #require(result.thumbnail).pixels().bands == 4)
        }
    }

    @Test("of an animation shows its first frame")
    func animation() async throws {
        let codecs = try await TestCodecs.shared.value
        for suffix in [".gif", ".webp[lossless]"] {
            let bytes = Samples.animation.file(suffix)
            let probe = try await codecs.probe(bytes)
            let pixels = try await codecs.render(bytes, .only(640, .webp, quality: 95)).outputs[0].pixels()

            #expect(probe.frames == 3 && probe.height == 16, "\(suffix)")
            #expect([pixels.width, pixels.height] == [24, 16], "\(suffix)")
            // The first frame has no red, the second some, the third most.
            #expect(pixels.at(4, 8)[0] < 40, "\(suffix)")
        }
    }

    @Test("carries nothing of what the camera wrote")
    func stripped() async throws {
        let codecs = try await TestCodecs.shared.value
        let canary = "CANARY-4711-PRIVATE"
        let exif = ExifBlock(
            main: [(0x010E, .text(canary)), (0x010F, .text(canary))],
            place: [
                (1, .text("N")), (2, .ratios([(47, 1), (3, 1), (0, 1)])), (3, .text("E")),
                (4, .ratios([(15, 1), (26, 1), (0, 1)])),
            ])
        let picture = Picture.photo(300, 200).with("exif-data", exif.withMark)
            .with("xmp-data", Array("<x:xmpmeta xmlns:x='adobe:ns:meta/'>\(canary)</x:xmpmeta>".utf8))
            .with("iptc-data", Array(canary.utf8))
        var order = RenderOrder.standard
        for format in [PictureFormat.jpeg, .png] {
            order.outputs.append(RenderOutput(name: "x", width: 100, format: format, quality: 80))
        }
        for suffix in [".jpg", ".png", ".webp", ".tif", ".avif", ".heic"] {
            let bytes = picture.file(suffix)
            #expect(contains(bytes, canary), "\(suffix): the sample itself must carry it")
            let result = try await codecs.render(bytes, order)
            for output in result.outputs + [try #require(result.thumbnail)] {
                let made = try output.bytes()
                for word in [canary, "Exif", "EXIF", "xmpmeta", "XMP ", "eXIf", "iTXt", "ICCP", "iCCP"] {
                    #expect(!contains(made, word), "\(suffix) to \(output.name).\(output.format): \(word)")
                }
            }
        }
    }

    private func contains(_ bytes: [UInt8], _ word: String) -> Bool {
        let word = Array(word.utf8)
        guard bytes.count >= word.count else { return false }
        return (0...(bytes.count - word.count)).contains {
            bytes[$0] == word[0] && bytes[$0..<$0 + word.count].elementsEqual(word)
        }
    }

    @Test("is never larger than the original, but for the thumbnail")
    func neverLarger() async throws {
        let codecs = try await TestCodecs.shared.value
        let result = try await codecs.render(Picture.photo(700, 500).file(".jpg"))

        #expect(result.outputs.map(\.width) == [700, 700, 700, 700, 640, 640])
        #expect(result.outputs.map(\.height) == [500, 500, 500, 500, 457, 457])
        let tiny = try await codecs.render(Picture.photo(90, 40).file(".png"))
        #expect(tiny.outputs.allSatisfy { $0.width == 90 && $0.height == 40 })
        #expect([tiny.thumbnail?.width, tiny.thumbnail?.height] == [150, 150])
    }

    @Test(
        "is at least a pixel wide and high",
        arguments: [(1, 1), (1, 3_000), (3_000, 1), (2, 2), (3, 1), (20_000, 2), (7, 9_001)])
    func extremes(_ size: (Int, Int)) async throws {
        let codecs = try await TestCodecs.shared.value
        let picture = Picture.drawn(size.0, size.1) { x, y in
            [UInt8(truncatingIfNeeded: x), UInt8(truncatingIfNeeded: y), 100]
        }
        for suffix in [".png", ".jpg"] {
            let result = try await codecs.render(picture.file(suffix))
            for output in result.outputs + [try #require(result.thumbnail)] {
                let pixels = try output.pixels()
                #expect(pixels.width == output.width && pixels.height == output.height)
                #expect(pixels.width >= 1 && pixels.height >= 1)
            }
            #expect(result.outputs.allSatisfy { $0.width <= size.0 && $0.height <= size.1 })
        }
    }

    @Test("has the size that a WebP can hold, however long the original is")
    func longest() async throws {
        let codecs = try await TestCodecs.shared.value
        let bytes = Picture.drawn(64, 20_000) { _, y in [UInt8(truncatingIfNeeded: y / 100), 90, 90] }.file(".png")
        let result = try await codecs.render(bytes, .only(1_920, .webp))

        #expect(result.outputs[0].height == 16_383 && result.outputs[0].width == 52)
    }

    @Test("has the same bytes each time, in a new child too")
    func deterministic() async throws {
        let bytes = Picture.photo(1_300, 900).file(".jpg")
        var seen: Set<[[UInt8]]> = []
        for _ in 0..<2 {
            let codecs = try await TestCodecs.start { $0.codecs = 1 }
            for _ in 0..<2 {
                let result = try await codecs.render(bytes)
                seen.insert(try (result.outputs + [#require(result.thumbnail)]).map { try $0.bytes() })
            }
            await codecs.shutdown()
        }
        #expect(seen.count == 1)
    }

    @Test("cannot be changed after it was delivered")
    func sealed() async throws {
        let codecs = try await TestCodecs.shared.value
        let output = try await codecs.render(Samples.all[0].bytes, .only(24, .webp)).outputs[0]

        #expect(throws: SystemError.self) { try overwrite(output.file) }
    }

    @Test("comes with the camera's notes of every format that carries them")
    func metadata() async throws {
        let codecs = try await TestCodecs.shared.value
        let exif = ExifBlock(main: [(0x010F, .text("Leica")), (0x0112, .short(1))], camera: [(0x8827, .short(200))])
        let picture = Picture.photo(60, 40).with("exif-data", exif.withMark)
        for suffix in [".jpg", ".png", ".webp", ".avif", ".heic"] {
            let notes = try await codecs.metadata(memoryFile(picture.file(suffix)))
            #expect(notes.make == "Leica" && notes.iso == 200, "\(suffix) \(notes)")
        }
        let none = try await codecs.metadata(memoryFile(Samples.all[2].bytes))
        #expect(none == PictureMetadata())
    }
}
