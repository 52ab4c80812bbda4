import CVips
import Testing

@testable import AgImaging

@Suite("Alpha of an original", .timeLimit(.minutes(5)))
struct AlphaTests {
    private static let solid = Quarters.with(Quarters.cover)
    private static let ofP3 = Quarters.with(Quarters.cover, Quarters.fromP3)

    @Test(
        "is kept beside a profile at any depth",
        arguments: [".png", ".tif", ".tif[compression=deflate,predictor=horizontal]", ".webp[lossless]", ".avif[Q=95]"])
    func colors(_ suffix: String) async throws {
        let plain = Quarters.picture(Self.solid).with("icc-profile-data", Profiles.p3)
        try await Quarters.expect(plain.file(suffix), Self.ofP3, "8 bits \(suffix)")
        if suffix.hasPrefix(".webp") { return }
        let deep = Quarters.deep(Quarters.widened(Self.solid)).with("icc-profile-data", Profiles.p3)
        let wide = suffix.hasPrefix(".avif") ? ".avif[Q=95,bitdepth=12]" : suffix
        try await Quarters.expect(deep.file(wide), Self.ofP3, "above 8 bits \(wide)")
    }

    @Test("is kept beside a profile of a palette")
    func palette() async throws {
        let picture = Quarters.picture(Self.solid).with("icc-profile-data", Profiles.p3)
        let file = picture.file(".png[palette]")
        #expect(file[25] == 3, "the sample has a palette")
        try await Quarters.expect(file, Self.ofP3, "palette")
    }

    @Test("is kept beside a profile of greys", arguments: [".png", ".tif"])
    func greys(_ suffix: String) async throws {
        let light = [[0x21], [0x53], [0x80], [0xD0]]
        let wanted = Quarters.with(Quarters.cover, Quarters.threefold([[102], [155], [188], [232]]))
        let plain = Quarters.picture(Quarters.with(Quarters.cover, light), VIPS_INTERPRETATION_B_W)
            .with("icc-profile-data", Profiles.linearGrey)
        let deep = Quarters.deep(Quarters.widened(Quarters.with(Quarters.cover, light)), VIPS_INTERPRETATION_GREY16)
            .with("icc-profile-data", Profiles.linearGrey)
        try await Quarters.expect(plain.file(suffix), wanted, "8 bits \(suffix)")
        try await Quarters.expect(deep.file(suffix), wanted, "16 bits \(suffix)")
    }

    @Test("is kept without a profile at any depth")
    func plain() async throws {
        let greys = Quarters.with(Quarters.cover, Quarters.greys)
        let threefold = Quarters.with(Quarters.cover, Quarters.threefold(Quarters.greys))
        for suffix in [".png", ".tif"] {
            try await Quarters.expect(Quarters.picture(Self.solid).file(suffix), Self.solid, "8 bits \(suffix)")
            try await Quarters.expect(
                Quarters.deep(Quarters.widened(Self.solid)).file(suffix), Self.solid, "16 bits \(suffix)")
            try await Quarters.expect(
                Quarters.picture(greys, VIPS_INTERPRETATION_B_W).file(suffix), threefold, "grey \(suffix)")
            try await Quarters.expect(
                Quarters.deep(Quarters.widened(greys), VIPS_INTERPRETATION_GREY16).file(suffix), threefold,
                "deep grey \(suffix)")
        }
        try await Quarters.expect(
            Quarters.deep(Quarters.widened(Self.solid)).file(".avif[Q=95,bitdepth=12]"), Self.solid, "AVIF of 12 bits")
    }

    @Test("is kept of ink on paper, with its profile and without", arguments: [8, 16])
    func inks(_ bits: Int) async throws {
        let inks = Quarters.with(Quarters.cover, Quarters.inks)
        let samples = bits == 8 ? inks : Quarters.widened(inks)
        let file = SampledTIFF(photometric: 5, bits: bits, extras: [2]).file(samples)
        try await Quarters.expect(file, Quarters.with(Quarters.cover, Quarters.fromInks), "\(bits) bits")
        // The profile that libvips takes where there is none.
        let profile = [(tag: 34_675, type: 7, values: Profiles.cmyk.map { Int($0) })]
        try await Quarters.expect(
            SampledTIFF(photometric: 5, bits: bits, extras: [2], others: profile).file(samples),
            Quarters.with(Quarters.cover, Quarters.fromInks), "\(bits) bits, profile")
        let probe = try await TestCodecs.shared.value.probe(file)
        #expect(probe.hasAlpha && probe.colorSpace == "cmyk" && probe.bitDepth == bits)
    }

    @Test("is taken out of colours that were multiplied by it, in AVIF as its reference says")
    func premultipliedAVIF() async throws {
        let multiplied = zip(Quarters.colors, Quarters.cover).map { color, alpha in
            color.map { $0 * alpha / 255 } + [alpha]
        }
        let file = Quarters.picture(multiplied).file(".avif[lossless]")
        try await Quarters.expect(HEIFPatch.premultiplied(file), Self.solid, "premultiplied")
        // Without the reference the colours are what they are.
        try await Quarters.expect(file, multiplied, "straight")
        let deep = Quarters.deep(Quarters.widened(multiplied)).file(".avif[Q=95,bitdepth=12]")
        try await Quarters.expect(HEIFPatch.premultiplied(deep), Self.solid, "premultiplied, 12 bits")
    }
}
