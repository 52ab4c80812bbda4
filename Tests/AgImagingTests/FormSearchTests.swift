import Testing

@testable import AgImaging

@Suite("The search for a form")
struct FormSearchTests {
    private static let plain = EncodingForm(encoding: .lossy, setting: EncoderSetting(quality: 90, effort: 3))

    private func subject(
        _ format: PictureFormat, _ kind: PictureKind = .graphic, isNative: Bool = true, isLossySource: Bool = false,
        pixels: Int = 1_000_000
    ) -> FormSearch.Subject {
        .init(
            format: format, kind: kind, isNative: isNative, isLossySource: isLossySource, pixels: pixels, limit: 100,
            plain: Self.plain)
    }

    /// Runs a search against encoders that answer by a table of words; a form that is not in it is a failure.
    private func run(
        _ subject: FormSearch.Subject, _ answers: [String: (bytes: Int, shift: Double)]
    ) throws -> (tried: [String], kept: String?) {
        var search = FormSearch(subject)
        var tried: [String] = []
        while let form = search.next() {
            let word = word(form)
            tried.append(word)
            let answer = try #require(answers[word], "\(tried)")
            search.note(.init(form: form, byteCount: answer.bytes, shift: answer.shift))
            try #require(tried.count < 9)
        }
        return (tried, search.best.map { tried[$0] })
    }

    private func word(_ form: EncodingForm) -> String {
        switch form.encoding {
        case .lossy: "plain"
        case .lossySharp: "sharp \(form.setting.quality)"
        case .lossy444:
            "\(form == .full(form.setting.quality) ? "full" : "repeating") \(form.setting.quality)"
        case .nearLossless: "near"
        case .lossless: "lossless"
        }
    }

    @Test("of a WebP at its own size begins without loss and ends with the first that fits")
    func nativeWebP() throws {
        let small = try run(subject(.webp), ["lossless": (60, 0)])
        #expect(small.tried == ["lossless"] && small.kept == "lossless")
        let near = try run(subject(.webp), ["lossless": (120, 0), "near": (90, 2)])
        #expect(near.kept == "near")
        let none = try run(
            subject(.webp), ["lossless": (400, 0), "near": (300, 2), "sharp 80": (90, 40), "sharp 92": (99, 15)])
        #expect(none.tried.count == 4 && none.kept == "near")
        let high = try run(
            subject(.webp), ["lossless": (400, 0), "near": (300, 2), "sharp 80": (90, 40), "sharp 92": (99, 9)])
        #expect(high.kept == "sharp 92")
    }

    @Test("of a smaller WebP takes the smaller of the right ones")
    func smallerWebP() throws {
        let lossy = try run(subject(.webp, isNative: false), ["sharp 80": (40, 3), "near": (50, 2)])
        #expect(lossy.kept == "sharp 80")
        let wrong = try run(subject(.webp, isNative: false), ["sharp 80": (40, 14), "near": (50, 2)])
        #expect(wrong.kept == "near")
        let large = try run(
            subject(.webp, isNative: false), ["sharp 80": (110, 3), "near": (150, 2), "sharp 65": (95, 5)])
        #expect(large.kept == "sharp 65")
        let higher = try run(
            subject(.webp, isNative: false), ["sharp 80": (70, 20), "near": (150, 2), "sharp 92": (90, 5)])
        #expect(higher.kept == "sharp 92")
        let hopeless = try run(subject(.webp, isNative: false), ["sharp 80": (140, 3), "near": (150, 2)])
        #expect(hopeless.kept == "sharp 80")
    }

    @Test("of a WebP from a lossy original does not begin without loss")
    func lossySource() throws {
        let usual = try run(subject(.webp, isLossySource: true), ["sharp 80": (60, 3)])
        #expect(usual.tried == ["sharp 80"])
        let wrong = try run(
            subject(.webp, isLossySource: true), ["sharp 80": (60, 30), "sharp 92": (90, 20), "near": (200, 2)])
        #expect(wrong.kept == "near")
        let higher = try run(
            subject(.webp, isLossySource: true), ["sharp 80": (60, 17), "sharp 92": (70, 4)])
        #expect(higher.kept == "sharp 92")
    }

    @Test("of a photograph on a page keeps the recipe of photographs while it is right and fits")
    func mixed() throws {
        for format in [PictureFormat.webp, .avif] {
            #expect(try run(subject(format, .mixed), ["plain": (90, 5)]).tried == ["plain"])
        }
        #expect(try run(subject(.webp, .mixed), ["plain": (90, 20), "sharp 80": (95, 6)]).kept == "sharp 80")
        #expect(
            try run(
                subject(.webp, .mixed),
                ["plain": (90, 20), "sharp 80": (95, 16), "sharp 92": (140, 15), "near": (300, 2)]
            ).kept == "near")
        #expect(
            try run(subject(.webp, .mixed), ["plain": (90, 20), "sharp 80": (95, 16), "sharp 92": (99, 5)]).kept
                == "sharp 92")
        #expect(try run(subject(.avif, .mixed), ["plain": (90, 20), "full 64": (95, 6)]).kept == "full 64")
        #expect(
            try run(subject(.avif, .mixed), ["plain": (90, 20), "full 64": (95, 16), "full 72": (99, 6)]).kept
                == "full 72")
    }

    @Test("of an AVIF lowers the quality as little as should do, and no further than the colours hold")
    func avif() throws {
        #expect(try run(subject(.avif), ["full 72": (99, 3)]).tried == ["full 72"])
        #expect(try run(subject(.avif), ["full 72": (108, 3), "full 64": (98, 4)]).tried == ["full 72", "full 64"])
        #expect(try run(subject(.avif), ["full 72": (125, 3), "full 50": (99, 9)]).tried == ["full 72", "full 50"])
        let back = try run(
            subject(.avif), ["full 72": (125, 3), "full 50": (99, 16), "full 57": (104, 15), "full 64": (112, 9)])
        #expect(back.tried == ["full 72", "full 50", "full 57", "full 64"] && back.kept == "full 64")
        let still = try run(subject(.avif), ["full 72": (135, 3), "full 50": (112, 9)])
        #expect(still.kept == "full 50")
        let flat = try run(subject(.avif), ["full 72": (112, 0), "full 57": (111, 0)])
        #expect(flat.tried == ["full 72", "full 57"] && flat.kept == "full 57")
    }

    @Test("of an AVIF looks for repeated shapes where no lower quality would do, and where that ends in time")
    func repeated() throws {
        let text = try run(subject(.avif), ["full 72": (241, 6), "repeating 72": (72, 6)])
        #expect(text.tried == ["full 72", "repeating 72"] && text.kept == "repeating 72")
        let noise = try run(
            subject(.avif), ["full 72": (241, 6), "repeating 72": (230, 6), "full 50": (190, 9)])
        #expect(noise.kept == "full 50")
        let wrong = try run(
            subject(.avif), ["full 72": (241, 20), "repeating 72": (72, 20), "full 82": (260, 6)])
        #expect(wrong.kept == "full 82")
        for other in [
            subject(.avif, pixels: 3_500_000), subject(.avif, isNative: false), subject(.avif, isLossySource: true),
        ] {
            #expect(try run(other, ["full 72": (241, 6), "full 50": (200, 9)]).tried == ["full 72", "full 50"])
        }
    }

    @Test("of an AVIF raises the quality until the colours hold")
    func raised() throws {
        let right = try run(subject(.avif), ["full 72": (50, 18), "full 82": (60, 6)])
        #expect(right.kept == "full 82")
        let never = try run(subject(.avif), ["full 72": (50, 18), "full 82": (60, 16), "full 92": (80, 15)])
        #expect(never.kept == "full 92")
    }

    @Test("tries less in large pictures, and nothing in the largest")
    func large() throws {
        let two = try run(
            subject(.avif, pixels: 5_000_000), ["full 72": (190, 3), "full 50": (160, 3), "full 57": (170, 3)])
        #expect(two.tried.count == 2)
        #expect(try run(subject(.webp, pixels: 17_500_000), ["lossless": (90, 0)]).tried == ["lossless"])
        #expect(try run(subject(.webp, pixels: 19_000_000), ["plain": (300, 0)]).tried == ["plain"])
    }
}
