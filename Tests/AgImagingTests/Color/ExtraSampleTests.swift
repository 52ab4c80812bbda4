import CVips
import Testing

@testable import AgImaging

/// Samples behind the colours of a TIFF (TIFF 6.0, ExtraSamples).
@Suite("Samples behind the colours", .timeLimit(.minutes(5)))
struct ExtraSampleTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let photometric: Int
        let extras: [Int]?
        /// The index of the sample that is alpha.
        let alpha: Int?

        init(_ name: String, _ photometric: Int, _ extras: [Int]?, alpha: Int?) {
            self.name = name
            self.photometric = photometric
            self.extras = extras
            self.alpha = alpha
        }

        var testDescription: String { name }
        var count: Int { extras?.count ?? 1 }
    }

    static let cases = [
        Case("colours and one unspecified", 2, [0], alpha: nil), Case("colours and one unsaid", 2, nil, alpha: nil),
        Case("colours and alpha", 2, [2], alpha: 0), Case("colours and premultiplied alpha", 2, [1], alpha: 0),
        Case("colours, mask, alpha", 2, [0, 2], alpha: 1), Case("colours, alpha, mask", 2, [2, 0], alpha: 0),
        Case("colours, mask, premultiplied alpha", 2, [0, 1], alpha: 1),
        Case("colours, three masks", 2, [0, 0, 0], alpha: nil), Case("colours, alpha twice", 2, [2, 2], alpha: 0),
        Case("grey and one unspecified", 1, [0], alpha: nil), Case("grey and two unspecified", 1, [0, 0], alpha: nil),
        Case("grey, alpha, mask", 1, [2, 0], alpha: 0), Case("grey, two masks, alpha", 1, [0, 0, 2], alpha: 2),
        Case("grey and premultiplied alpha", 1, [1], alpha: 0), Case("inverted grey and alpha", 0, [2], alpha: 0),
        Case("inverted grey, mask, alpha", 0, [0, 2], alpha: 1),
        Case("inks and two spot colours", 5, [0, 0], alpha: nil), Case("inks and one spot colour", 5, [0], alpha: nil),
        Case("inks, alpha, spot colour", 5, [2, 0], alpha: 0), Case("inks, spot colour, alpha", 5, [0, 2], alpha: 1),
        Case("inks and premultiplied alpha", 5, [1], alpha: 0),
    ]

    @Test("count only as what they are said to be", arguments: cases, [8, 16, 32])
    func meaning(_ sample: Case, _ bits: Int) async throws {
        let isInverted = sample.photometric == 0
        let (stored, wanted) = Self.colors(sample.photometric)
        let isPremultiplied = sample.extras?.contains(1) == true
        let quarters = zip(stored, Quarters.cover).map { color, alpha in
            let shown = isPremultiplied ? color.map { $0 * alpha / 255 } : color
            let values = isInverted ? shown.map { 255 - $0 } : shown
            return values + (0..<sample.count).map { $0 == sample.alpha ? alpha : 17 }
        }
        let scale = [8: 1, 16: 257, 32: 16_843_009][bits]!
        let file = SampledTIFF(photometric: sample.photometric, bits: bits, extras: sample.extras)
            .file(quarters.map { $0.map { $0 * scale } })
        // libtiff itself cannot turn white and black round above 16 bits.
        if isInverted, bits == 32 { return }

        let isClear = sample.alpha != nil
        try await Quarters.expect(
            file, isClear ? Quarters.with(Quarters.cover, wanted) : wanted, "\(sample.name) \(bits)")
        #expect(try await TestCodecs.shared.value.probe(file).hasAlpha == isClear, "\(sample.name) \(bits)")
    }

    private static func colors(_ photometric: Int) -> (stored: [[Int]], wanted: [[Int]]) {
        switch photometric {
        case 0, 1: (Quarters.greys, Quarters.threefold(Quarters.greys))
        case 5: (Quarters.inks, Quarters.fromInks)
        default: (Quarters.colors, Quarters.colors)
        }
    }

    @Test("are found in either order of bytes, and in planes")
    func arrangements() async throws {
        let quarters = Quarters.with(Quarters.cover, Quarters.with([9, 9, 9, 9]))
        let deep = Quarters.widened(quarters)
        let wanted = Quarters.with(Quarters.cover)
        try await Quarters.expect(SampledTIFF(extras: [0, 2], isBigEndian: true).file(quarters), wanted, "big-endian")
        try await Quarters.expect(SampledTIFF(extras: [0, 2], isPlanar: true).file(quarters), wanted, "planes")
        try await Quarters.expect(
            SampledTIFF(bits: 16, extras: [0, 2], isBigEndian: true, isPlanar: true).file(deep), wanted, "both, deep")
        let multiplied = zip(Quarters.colors, Quarters.cover).map { color, alpha in
            color.map { $0 * alpha } + [alpha * 257]
        }
        try await Quarters.expect(
            SampledTIFF(bits: 16, extras: [1], isBigEndian: true).file(multiplied), wanted, "premultiplied, big-endian")
    }

    @Test("leave the colours of a profile right")
    func profile() async throws {
        let quarters = Quarters.with(Quarters.cover, Quarters.with([9, 9, 9, 9]))
        let profile = Profiles.p3.map { Int($0) }
        for bits in [8, 16] {
            let file = SampledTIFF(bits: bits, extras: [0, 2], others: [(34_675, 7, profile)])
                .file(bits == 8 ? quarters : Quarters.widened(quarters))
            try await Quarters.expect(file, Quarters.with(Quarters.cover, Quarters.fromP3), "\(bits) bits")
        }
    }

    @Test("of a palette are alpha where they are said to be")
    func palette() async throws {
        let map = (0..<3).flatMap { band in (0..<256).map { $0 < 4 ? Quarters.colors[$0][band] * 257 : 0 } }
        let indices = [[0], [1], [2], [3]]
        let colors = [(tag: 320, type: 3, values: map)]
        try await Quarters.expect(
            SampledTIFF(photometric: 3, others: colors).file(indices), Quarters.colors, "no alpha")
        try await Quarters.expect(
            SampledTIFF(photometric: 3, extras: [2], others: colors).file(Quarters.with(Quarters.cover, indices)),
            Quarters.with(Quarters.cover), "alpha")
        try await Quarters.expect(
            SampledTIFF(photometric: 3, extras: [0], others: colors).file(Quarters.with(Quarters.cover, indices)),
            Quarters.colors,
            "unspecified")
    }
}
