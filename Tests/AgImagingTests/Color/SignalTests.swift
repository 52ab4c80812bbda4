import AgTesting
import CVips
import Testing

@testable import AgImaging

@Suite("Colours named by numbers", .timeLimit(.minutes(5)))
struct SignalTests {
    private static let narrow = SignalVectors.all.filter { !$0.isHDR }

    private func eight(_ stored: [[Int]]) -> [[Int]] { stored.map { $0.map { ($0 + 128) / 257 } } }

    @Test("are right for all primaries and transfer functions of PNG, AVIF and HEIC")
    func everyNumber() async throws {
        for vector in SignalVectors.all {
            let deep = Quarters.deep(vector.stored)
            let cicp = PNGPatch.cicp(vector.primaries, vector.transfer)
            try await Quarters.expect(PNGPatch.with([cicp], deep.file(".png")), Quarters.colors, "PNG, \(vector.name)")
        }
    }

    @Test(
        "are right in AVIF and HEIC",
        arguments: [".avif[lossless]", ".heic[Q=100,subsample_mode=off]", ".avif[Q=98,bitdepth=12]"])
    func boxes(_ suffix: String) async throws {
        let isDeep = suffix.contains("12")
        for (primaries, transfer) in [(12, 13), (9, 1), (1, 8), (5, 5), (9, 16), (12, 16), (9, 18)] {
            let vector = try #require(
                SignalVectors.all.first { $0.primaries == primaries && $0.transfer == transfer })
            let picture = isDeep ? Quarters.deep(vector.stored) : Quarters.picture(eight(vector.stored))
            let file = HEIFPatch.signalled(picture.file(suffix), primaries, transfer)
            // Eight bits are few for linear light and for PQ.
            try await Quarters.expect(file, Quarters.colors, tolerance: isDeep ? 14 : 22, "\(suffix), \(vector.name)")
        }
        let plain = HEIFPatch.signalled(Quarters.picture(Quarters.colors).file(suffix), 2, 2)
        try await Quarters.expect(plain, Quarters.colors, "unspecified")
        try await Quarters.expect(HEIFPatch.signalled(plain, 3, 99), Quarters.colors, "unknown")
    }

    @Test("of grey and of clear pictures are right, too")
    func otherBands() async throws {
        let cicp = PNGPatch.cicp(9, 16)
        let vector = try #require(SignalVectors.all.first { $0.primaries == 9 && $0.transfer == 16 })
        let clear = Quarters.with(Quarters.cover.map { $0 * 257 }, vector.stored)
        try await Quarters.expect(
            PNGPatch.with([cicp], Quarters.deep(clear).file(".png")), Quarters.with(Quarters.cover), "PQ with alpha")
        let greys = Quarters.deep([[0], [9_000], [30_000], [38_055]], VIPS_INTERPRETATION_GREY16).file(".png")
        try await Quarters.expect(
            PNGPatch.with([PNGPatch.cicp(1, 8)], greys), Quarters.threefold([[0], [104], [180], [201]]), "linear grey")
        let palette = Quarters.picture(eight(SignalVectors.all[1].stored)).file(".png[palette]")
        try await Quarters.expect(PNGPatch.with([PNGPatch.cicp(12, 13)], palette), Quarters.colors, "palette")
    }

    @Test("come from the first of cICP, profile, sRGB, and gAMA with cHRM that a PNG has")
    func order() async throws {
        let plain = Quarters.picture(Quarters.colors)
        let bare = plain.file(".png")
        let profiled = plain.with("icc-profile-data", Profiles.p3).file(".png")
        let p3 = PNGPatch.cicp(12, 13)
        let linear = PNGPatch.gamma(1)
        let cases: [(String, [[UInt8]], [UInt8], [[Int]])] = [
            ("nothing", [], bare, Quarters.colors), ("cICP", [p3], bare, Quarters.fromP3),
            ("cICP above the profile", [PNGPatch.cicp(1, 13)], profiled, Quarters.colors),
            ("cICP above all", [PNGPatch.isSRGB, linear, PNGPatch.sRGB, p3], bare, Quarters.fromP3),
            ("cICP with a matrix counts as none", [PNGPatch.cicp(12, 13, matrix: 1)], bare, Quarters.colors),
            ("cICP with unknown numbers counts as none", [PNGPatch.cicp(12, 2)], profiled, Quarters.fromP3),
            ("profile above sRGB and gAMA", [PNGPatch.isSRGB, linear], profiled, Quarters.fromP3),
            ("profile above gAMA and cHRM", [PNGPatch.gamma(1), PNGPatch.sRGB], profiled, Quarters.fromP3),
            ("profile above a broken cHRM", [PNGPatch.primaries([0, 0, 0, 0, 0, 0, 0, 0])], profiled, Quarters.fromP3),
            ("sRGB above gAMA and cHRM", [PNGPatch.isSRGB, linear, PNGPatch.p3], bare, Quarters.colors),
            ("cHRM alone", [PNGPatch.p3], bare, Quarters.fromP3),
            ("cHRM of sRGB", [PNGPatch.sRGB], bare, Quarters.colors),
            ("cHRM with the usual gAMA", [PNGPatch.gamma(0.45455), PNGPatch.p3], bare, Quarters.fromP3),
            ("the usual gAMA", [PNGPatch.gamma(0.45455)], bare, Quarters.colors),
            ("cHRM of nothing", [PNGPatch.primaries([0, 0, 0, 0, 0, 0, 0, 0])], bare, Quarters.colors),
            (
                "cHRM beyond all colours", [PNGPatch.primaries([0.3127, 0.329, 9, 8, 7, 6, 5, 4])], bare,
                Quarters.colors
            ),
            ("gAMA of nothing", [PNGPatch.gamma(0)], bare, Quarters.colors),
        ]
        for (name, chunks, file, wanted) in cases {
            try await Quarters.expect(PNGPatch.with(chunks, file), wanted, name)
        }
    }

    @Test("follow gAMA and cHRM alone and together")
    func gamma() async throws {
        let linear = try #require(SignalVectors.all.first { $0.primaries == 1 && $0.transfer == 8 })
        let power = try #require(SignalVectors.all.first { $0.primaries == 1 && $0.transfer == 5 })
        let wide = try #require(SignalVectors.all.first { $0.primaries == 12 && $0.transfer == 8 })
        let deep = { (stored: [[Int]]) in Quarters.deep(stored).file(".png") }
        try await Quarters.expect(PNGPatch.with([PNGPatch.gamma(1)], deep(linear.stored)), Quarters.colors, "linear")
        try await Quarters.expect(PNGPatch.with([PNGPatch.gamma(1 / 2.8)], deep(power.stored)), Quarters.colors, "2.8")
        try await Quarters.expect(
            PNGPatch.with([PNGPatch.gamma(1), PNGPatch.p3], deep(wide.stored)), Quarters.colors, "linear P3")
        let greys = Quarters.deep([[0], [9_000], [30_000], [38_055]], VIPS_INTERPRETATION_GREY16).file(".png")
        try await Quarters.expect(
            PNGPatch.with([PNGPatch.gamma(1)], greys), Quarters.threefold([[0], [104], [180], [201]]), "deep grey")
        try await Quarters.expect(
            PNGPatch.with([PNGPatch.gamma(1)], Quarters.picture(eight(linear.stored)).file(".png")), Quarters.colors,
            "8 bits")
    }

    @Test("can leave out the ends of the range")
    func range() async throws {
        let stored = Quarters.colors.map { $0.map { Int((16 + Double($0) * 219 / 255).rounded()) } }
        let chunk = PNGPatch.cicp(1, 13, isFull: false)
        try await Quarters.expect(
            PNGPatch.with([chunk], Quarters.picture(stored).file(".png")), Quarters.colors, "8 bits")
    }

    @Test("stand behind a profile in AVIF and HEIC", arguments: [".avif[lossless]", ".heic[Q=100,subsample_mode=off]"])
    func profileFirst(_ suffix: String) async throws {
        let file = Quarters.picture(Quarters.colors).with("icc-profile-data", Profiles.p3).file(suffix)
        try await Quarters.expect(HEIFPatch.withSignal(file, 1, 8), Quarters.fromP3, suffix)
    }

    @Test("are given up behind a profile that cannot be used")
    func brokenProfile() async throws {
        var broken = Profiles.p3
        for index in 128..<300 { broken[index] = 0xFE }
        let file = Quarters.picture(Quarters.colors).with("icc-profile-data", broken).file(".png")
        try await Quarters.expect(PNGPatch.with([PNGPatch.p3], file), Quarters.fromP3, "broken profile")
    }

    @Test("reach every derived picture, the placeholder and the colours that are named")
    func everywhere() async throws {
        let codecs = try await TestCodecs.shared.value
        let file = PNGPatch.with([PNGPatch.gamma(1)], Quarters.picture(eight(SignalVectors.all[8].stored)).file(".png"))
        let plain = Quarters.picture(Quarters.colors).file(".png")
        let outputs = [PictureFormat.png, .jpeg].map {
            RenderOutput(name: "x", width: 40, height: 40, fit: .contain, format: $0, quality: 90)
        }
        let made = try await codecs.render(file, RenderOrder(outputs: outputs, leastReduction: 1))
        let wanted = try await codecs.render(plain, RenderOrder(outputs: outputs, leastReduction: 1))

        for (one, other) in zip(made.outputs, wanted.outputs) {
            #expect(try one.pixels().meanDistance(from: other.pixels()) < 4, "\(one.format)")
        }
        let seen = try #require(made.analysis)
        let right = try #require(wanted.analysis)
        #expect(zip(seen.thumbhash, right.thumbhash).allSatisfy { abs(Int($0) - Int($1)) <= 16 })
        #expect(distance(seen.colors, right.colors) <= 16)
    }

    private func distance(_ one: [PictureAnalysis.Color], _ other: [PictureAnalysis.Color]) -> Int {
        let parts = { (color: PictureAnalysis.Color) in Int(color.hex.dropFirst(), radix: 16)! }
        guard one.count == other.count else { return .max }
        return one.map { color in
            other.map { near in
                [16, 8, 0].map { abs((parts(color) >> $0 & 255) - (parts(near) >> $0 & 255)) }.max()!
            }.min()!
        }.max() ?? .max
    }
}
