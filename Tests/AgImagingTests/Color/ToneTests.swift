import AgTesting
import CVips
import Testing

@testable import AgImaging

@Suite("High dynamic range", .timeLimit(.minutes(3)))
struct ToneTests {
    /// Stored in PQ, of 65,535, for so many cd/m².
    private func pq(_ light: Double) -> Int { Int((65_535 * TransferFunction.pqValue(light)).rounded()) }

    private func seen(_ quarters: [[Int]], _ chunk: [UInt8]) async throws -> [[Int]] {
        let codecs = try await TestCodecs.shared.value
        let file = PNGPatch.with([chunk], Quarters.deep(quarters).file(".png"))
        return Quarters.quarters(of: try await codecs.render(file, .only(64, .png)).outputs[0].pixels())
    }

    @Test("keeps white near white however bright the highlights are, and keeps them apart")
    func white() async throws {
        // Dark grey, grey, white on paper, and a highlight.
        for (highlight, least) in [(203.0, 254), (400, 240), (1_000, 225), (4_000, 225), (10_000, 225)] {
            let lights = [5.0, 50, 203, highlight]
            let made = try await seen(
                lights.map { [pq($0), pq($0), pq($0)] }, PNGPatch.cicp(9, 16)
            ).map { $0[0] }
            #expect(made[2] >= least, "\(highlight): \(made)")
            #expect(made[3] >= 253 && made == made.sorted(), "\(highlight): \(made)")
            // 5 and 50 of 203 cd/m², in sRGB.
            #expect(abs(made[0] - 43) <= 2 && abs(made[1] - 136) <= 4, "\(highlight): \(made)")
        }
    }

    @Test("shows HLG's white as white")
    func hlg() async throws {
        // 75 % is diffuse white (BT.2408), 100 % its brightest.
        let values = [0.25, 0.5, 0.75, 1].map { Int(65_535 * $0) }
        let made = try await seen(values.map { [$0, $0, $0] }, PNGPatch.cicp(9, 18)).map { $0[0] }
        #expect(made[2] >= 225 && made[3] >= 253 && made == made.sorted(), "\(made)")
        let calm = try await seen(
            [[values[0], values[0], values[0]]] + Array(repeating: [values[2], values[2], values[2]], count: 3),
            PNGPatch.cicp(9, 18))
        #expect(calm[3][0] >= 252, "\(calm)")
    }

    @Test("keeps the hue of bright and of strong colours, and stays within sRGB")
    func hue() async throws {
        // Orange at 800 cd/m², and BT.2020's own red, green and blue.
        let made = try await seen(
            [[pq(800), pq(400), pq(40)], [pq(203), 0, 0], [0, pq(203), 0], [0, 0, pq(203)]], PNGPatch.cicp(9, 16))
        #expect(made[0][0] > made[0][1] && made[0][1] > made[0][2] && made[0][1] > 150, "\(made[0])")
        #expect(made[1][0] > 200 && made[1][1] < 120 && abs(made[1][1] - made[1][2]) < 80, "\(made[1])")
        #expect(made[2][1] > 200 && made[2][0] < 120 && made[2][2] < 140, "\(made[2])")
        #expect(made[3][2] > 120 && made[3][1] < 90, "\(made[3])")
    }

    @Test("is compressed by the curve of BT.2390, which begins with no change and ends at white")
    func curve() {
        let curve = ToneCurve(peak: ToneCurve.brightest)
        let shown = { (light: Float) in light * curve.factor(ofLargest: light) }

        #expect(abs(shown(0.2) - 0.2) < 1e-6)
        #expect(abs(curve.start - 0.4327) < 0.001, "\(curve.start)")
        // Computed apart: what lights of a picture of 1,000 cd/m² become, of 203.
        for (light, made) in [(100.0, 99.36), (203, 159.04), (250, 172.71), (400, 193.61), (600, 201.32)] {
            #expect(abs(Double(shown(Float(light / 203))) * 203 - made) < 0.3, "\(light)")
        }
        #expect(abs(shown(ToneCurve.brightest) - 1) < 0.005 && shown(40) <= 1.0001)
        var last: Float = 0
        for step in 1...2_000 {
            let light = Float(step) / 400
            #expect(shown(light) >= last - 0.0006, "\(light)")
            last = shown(light)
        }
        let calm = ToneCurve(peak: 0.7)
        #expect(calm.factor(ofLargest: 0.99) == 1 && abs(2 * calm.factor(ofLargest: 2) - 1) < 1e-6)
    }

    @Test("lets a few sparks not darken a picture")
    func sparks() async throws {
        let codecs = try await TestCodecs.shared.value
        let white = UInt16(pq(203))
        let spark = UInt16(pq(1_000))
        let picture = Picture.drawn16(200, 200, VIPS_INTERPRETATION_RGB16) { x, y in
            x == 100 && (y == 100 || y == 20) ? [spark, spark, spark] : [white, white, white]
        }
        let file = PNGPatch.with([PNGPatch.cicp(9, 16)], picture.file(".png"))
        let pixels = try await codecs.render(file, .only(200, .png)).outputs[0].pixels()
        #expect(pixels.at(30, 30)[0] >= 253)
    }

    @Test("of a JPEG with a gain map is left alone: its base is shown")
    func gainMap() async throws {
        let base = Quarters.picture(Quarters.colors).file(".jpg[Q=95,subsample_mode=off]")
        let map = Picture.drawn(16, 12, VIPS_INTERPRETATION_B_W) { x, _ in [UInt8(x * 16)] }.file(".jpg")
        let xmp =
            "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
            + "<rdf:Description xmlns:hdrgm='http://ns.adobe.com/hdr-gain-map/1.0/' hdrgm:Version='1.0'/></rdf:RDF></x:xmpmeta>"
        let notes = segment(0xE1, Array("http://ns.adobe.com/xap/1.0/\0\(xmp)".utf8))
        // CIPA DC-007: two pictures, the second behind the end of the first.
        let index = segment(
            0xE2, Array("MPF\0MM\0*\0\0\0\u{8}\0\u{1}\u{B0}\u{1}\0\u{4}\0\0\0\u{1}\0\0\0\u{2}".utf8.prefix(24)))
        let file = Array(base[..<2]) + notes + index + Array(base[2...]) + map
        let probe = try await TestCodecs.shared.value.probe(file)
        #expect(probe.width == Quarters.width && probe.frames == 1)
        try await Quarters.expect(file, Quarters.colors, "gain map")
    }

    private func segment(_ marker: UInt8, _ body: [UInt8]) -> [UInt8] {
        [0xFF, marker, UInt8((body.count + 2) >> 8), UInt8((body.count + 2) & 255)] + body
    }
}
