import CVips
import Testing

@testable import AgImaging

@Suite("Numbers of an original", .timeLimit(.minutes(5)))
struct NumberTests {
    private static let light = [[0.2, 0.02, 0.02], [0.02, 0.45, 0.04], [0.02, 0.04, 0.58], [0.79, 0.65, 0.04]]
    /// `light` by the formula of IEC 61966-2-1.
    private static let shown = [[124, 39, 39], [39, 179, 56], [39, 56, 200], [230, 211, 56]]

    private static func floats(_ values: [[Double]]) -> [[Int]] {
        values.map { $0.map { Int(Float($0).bitPattern) } }
    }

    @Test("are scaled from 32 bits, not cut", arguments: [false, true])
    func longIntegers(_ isBigEndian: Bool) async throws {
        let long = { (quarters: [[Int]]) in quarters.map { $0.map { $0 * 16_843_009 } } }
        try await Quarters.expect(
            SampledTIFF(bits: 32, isBigEndian: isBigEndian).file(long(Quarters.colors)), Quarters.colors, "colours")
        try await Quarters.expect(
            SampledTIFF(photometric: 1, bits: 32, isBigEndian: isBigEndian).file(long(Quarters.greys)),
            Quarters.threefold(Quarters.greys), "grey")
    }

    @Test("that float are light, 1 is white, and what is brighter is white, too")
    func floatingPoint() async throws {
        try await Quarters.expect(
            SampledTIFF(bits: 32, sampleFormat: 3).file(Self.floats(Self.light)), Self.shown, "colours")
        try await Quarters.expect(
            SampledTIFF(photometric: 1, bits: 32, sampleFormat: 3).file(Self.floats([[0.02], [0.2], [1], [7]])),
            Quarters.threefold([[39], [124], [255], [255]]), "grey")
        let cover = Quarters.cover.map { Double($0) / 255 }
        let clear = zip(Self.light, cover).map { $0 + [$1] }
        let multiplied = zip(Self.light, cover).map { light, alpha in light.map { $0 * alpha } + [alpha] }
        let wanted = Quarters.with(Quarters.cover, Self.shown)
        try await Quarters.expect(
            SampledTIFF(bits: 32, sampleFormat: 3, extras: [2]).file(Self.floats(clear)), wanted, "alpha")
        try await Quarters.expect(
            SampledTIFF(bits: 32, sampleFormat: 3, extras: [1]).file(Self.floats(multiplied)), wanted, "premultiplied")
    }

    @Test("that float are the profile's where there is one")
    func floatingPointWithProfile() async throws {
        let values = Quarters.colors.map { $0.map { Double($0) / 255 } }
        let file = SampledTIFF(
            bits: 32, sampleFormat: 3, others: [(34_675, 7, Profiles.p3.map { Int($0) })]
        ).file(Self.floats(values))
        try await Quarters.expect(file, Quarters.fromP3, "profile")
    }

    @Test("that are luma and chroma become colours, as their own words have it")
    func chroma() async throws {
        let (red, blue) = (0.299, 0.114)
        let values = Quarters.colors.map { color -> [Double] in
            let parts = color.map { Double($0) }
            let luma = red * parts[0] + (1 - red - blue) * parts[1] + blue * parts[2]
            return [luma, (parts[2] - luma) / (2 - 2 * blue), (parts[0] - luma) / (2 - 2 * red)]
        }
        let whole = [(tag: 530, type: 3, values: [1, 1])]
        let full = values.map { [Int($0[0]), Int($0[1] + 128), Int($0[2] + 128)] }
        try await Quarters.expect(SampledTIFF(photometric: 6, others: whole).file(full), Quarters.colors, "full range")
        let deep = full.map { $0.map { $0 * 256 } }
        try await Quarters.expect(
            SampledTIFF(photometric: 6, bits: 16, others: whole).file(deep), Quarters.colors, "16 bits")
        let bounds = [16, 1, 235, 1, 128, 1, 240, 1, 128, 1, 240, 1]
        let narrow = values.map {
            [Int(16 + $0[0] * 219 / 255), Int(128 + $0[1] * 112 / 127), Int(128 + $0[2] * 112 / 127)]
        }
        let file = SampledTIFF(photometric: 6, others: whole + [(532, 5, bounds)]).file(narrow)
        try await Quarters.expect(file, Quarters.colors, "narrow range")
    }

    @Test("that no picture for the eye has are refused by name")
    func refused() async throws {
        let codecs = try await TestCodecs.shared.value
        let cases: [(SampledTIFF, String)] = [
            (SampledTIFF(photometric: 6), "YCbCr"), (SampledTIFF(photometric: 5), "inks"),
            (SampledTIFF(photometric: 5, extras: [0], others: [(332, 3, [2])]), "inks"),
            (SampledTIFF(photometric: 10), "L*a*b*"), (SampledTIFF(bits: 16, sampleFormat: 2), "signed"),
            (SampledTIFF(bits: 64, sampleFormat: 3), "64-bit floating"),
        ]
        for (kind, words) in cases {
            let file = kind.file([[1, 2, 3], [4, 5, 6], [7, 8, 9], [10, 11, 12]])
            let error = await #expect(throws: CodecError.self) { try await codecs.probe(file) }
            #expect(error?.code == .unsupportedFormat && error?.message.contains(words) == true, "\(error as Any)")
        }
    }

    @Test("with a sign are refused by name", arguments: [8, 16, 32])
    func signed(_ bits: Int) async throws {
        let codecs = try await TestCodecs.shared.value
        let file = SampledTIFF(bits: bits, sampleFormat: 2).file([[1, 2, 3], [4, 5, 6], [7, 8, 9], [10, 11, 12]])
        let error = await #expect(throws: CodecError.self) { try await codecs.probe(file) }
        #expect(error?.code == .unsupportedFormat && error?.message.contains("signed") == true, "\(error as Any)")
    }

    @Test("of Lab are Lab, of 8 and 16 bits, in both forms of TIFF, with alpha and a profile beside them")
    func lab() async throws {
        // `Quarters.colors`, computed apart, under D50: the white of print, in which Photoshop writes Lab.
        let lab = [[45, 62, 43], [65, -55, 48], [32, 34, -76], [84, -4, 72]]
        let shown = Quarters.colors
        let signed = lab.map { [$0[0] * 255 / 100, $0[1] & 255, $0[2] & 255] }
        let offset = lab.map { [$0[0] * 255 / 100, $0[1] + 128, $0[2] + 128] }
        let deep = lab.map { [$0[0] * 65_535 / 100, $0[1] * 256 & 0xFFFF, $0[2] * 256 & 0xFFFF] }
        let deepOffset = lab.map { [$0[0] * 65_280 / 100, ($0[1] + 128) * 256, ($0[2] + 128) * 256] }
        let kinds = [(8, 8, signed), (9, 8, offset), (8, 16, deep), (9, 16, deepOffset)]
        for (photometric, bits, values) in kinds {
            let name = "photometric \(photometric), \(bits) bits"
            let file = SampledTIFF(photometric: photometric, bits: bits).file(values)
            try await Quarters.expect(file, shown, tolerance: 9, name)
            let alpha = bits == 8 ? Quarters.cover : Quarters.cover.map { $0 * 257 }
            let clear = SampledTIFF(
                photometric: photometric, bits: bits, extras: [0, 2], others: [(34_675, 7, Profiles.p3.map { Int($0) })]
            ).file(Quarters.with(alpha, Quarters.with([9, 9, 9, 9], values)))
            try await Quarters.expect(
                clear, Quarters.with(Quarters.cover, shown), tolerance: 9, "\(name), mask and alpha")
        }
    }

    @Test("of Lab without colour are greys without a tint", arguments: [8, 9])
    func labGrey(_ photometric: Int) async throws {
        let middle = photometric == 9 ? 128 : 0
        let file = SampledTIFF(photometric: photometric)
            .file([[255, middle, middle], [137, middle, middle], [64, middle, middle], [0, middle, middle]])
        let codecs = try await TestCodecs.shared.value
        let pixels = try await codecs.render(file, .only(64, .png)).outputs[0].pixels()
        for (seen, wanted) in zip(Quarters.quarters(of: pixels), [255, 128, 60, 0]) {
            #expect(seen.allSatisfy { abs($0 - wanted) <= 2 }, "\(seen), not \(wanted)")
        }
    }

    @Test("of a scan are what they are: one bit, inverted, and in a JPEG's colours")
    func others() async throws {
        let bits = Quarters.picture([[0], [255], [255], [0]], VIPS_INTERPRETATION_B_W)
        let wanted = Quarters.threefold([[0], [255], [255], [0]])
        for suffix in [
            ".tif[bitdepth=1]", ".tif[bitdepth=1,compression=ccittfax4]", ".tif[bitdepth=1,miniswhite]",
            ".png[bitdepth=1]",
        ] {
            try await Quarters.expect(bits.file(suffix), wanted, suffix)
        }
        try await Quarters.expect(
            SampledTIFF(photometric: 0).file(Quarters.greys.map { [255 - $0[0]] }), Quarters.threefold(Quarters.greys),
            "inverted")
        try await Quarters.expect(
            SampledTIFF(photometric: 0, bits: 16).file(Quarters.widened(Quarters.greys.map { [255 - $0[0]] })),
            Quarters.threefold(Quarters.greys), "inverted, deep")
        try await Quarters.expect(
            Quarters.picture(Quarters.colors).file(".tif[compression=jpeg,Q=95]"), Quarters.colors,
            "JPEG inside of TIFF")
        try await Quarters.expect(
            Quarters.deep(Quarters.widened(Quarters.greys), VIPS_INTERPRETATION_GREY16).file(".png"),
            Quarters.threefold(Quarters.greys),
            "deep grey")
    }

    @Test("are named by the probe as they are in the file")
    func probe() async throws {
        let codecs = try await TestCodecs.shared.value
        let values = [[1, 2, 3], [4, 5, 6], [7, 8, 9], [1, 2, 3]]
        let kinds = [
            (SampledTIFF(photometric: 8), "lab"), (SampledTIFF(photometric: 8, bits: 16), "labs"),
            (SampledTIFF(bits: 32, sampleFormat: 3), "scrgb"), (SampledTIFF(bits: 16), "rgb16"),
        ]
        for (kind, name) in kinds {
            let probe = try await codecs.probe(kind.file(values))
            #expect(probe.colorSpace == name && !probe.hasAlpha && probe.bitDepth == kind.bits, "\(probe)")
        }
    }
}
