import AgBase
import Testing

@testable import AgImaging

@Suite("A picture in a box", .timeLimit(.minutes(2)))
struct FitTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let fit: RenderFit
        let source: [Int]
        let box: [Int]
        let scaled: [Int]
        let cut: [Int]
        let canvas: [Int]

        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(
            name: "inside a square, wide", fit: .inside, source: [4_000, 3_000], box: [640, 640], scaled: [640, 480],
            cut: [640, 480], canvas: [640, 480]),
        Case(
            name: "inside a square, high", fit: .inside, source: [3_000, 4_000], box: [640, 640], scaled: [480, 640],
            cut: [480, 640], canvas: [480, 640]),
        Case(
            name: "inside, smaller than the box", fit: .inside, source: [30, 20], box: [640, 640], scaled: [30, 20],
            cut: [30, 20], canvas: [30, 20]),
        Case(
            name: "inside, a thread", fit: .inside, source: [3_000, 1], box: [64, 64], scaled: [64, 1], cut: [64, 1],
            canvas: [64, 1]),
        Case(
            name: "inside more than a WebP can hold", fit: .inside, source: [30_000, 100], box: [20_000, 20_000],
            scaled: [16_383, 55], cut: [16_383, 55], canvas: [16_383, 55]),
        Case(
            name: "covering a square", fit: .cover, source: [4_000, 3_000], box: [300, 300], scaled: [400, 300],
            cut: [300, 300], canvas: [300, 300]),
        Case(
            name: "covering a banner", fit: .cover, source: [3_000, 4_000], box: [600, 100], scaled: [600, 800],
            cut: [600, 100], canvas: [600, 100]),
        Case(
            name: "covering what is wider than the picture", fit: .cover, source: [1_000, 333], box: [2_000, 1_000],
            scaled: [1_000, 333], cut: [666, 333], canvas: [666, 333]),
        Case(
            name: "covering a box of the picture's size", fit: .cover, source: [700, 300], box: [700, 300],
            scaled: [700, 300], cut: [700, 300], canvas: [700, 300]),
        Case(
            name: "covering with one pixel", fit: .cover, source: [1, 1], box: [640, 10], scaled: [1, 1], cut: [1, 1],
            canvas: [1, 1]),
        Case(
            name: "contained in a square", fit: .contain, source: [4_000, 3_000], box: [640, 640], scaled: [640, 480],
            cut: [640, 480], canvas: [640, 640]),
        Case(
            name: "contained, smaller than the box", fit: .contain, source: [30, 20], box: [64, 48], scaled: [30, 20],
            cut: [30, 20], canvas: [64, 48]),
    ]

    private func plan(_ fit: RenderFit, _ box: [Int], _ source: [Int]) -> RenderPlan {
        let output = RenderOutput(name: "x", width: box[0], height: box[1], fit: fit, format: .png, quality: 80)
        return RenderPlan(output, width: source[0], height: source[1])
    }

    private func pair(_ size: PlannedSize) -> [Int] { [size.width, size.height] }

    @Test("is scaled, cut and padded by its proportions", arguments: cases)
    func table(_ wanted: Case) {
        let plan = plan(wanted.fit, wanted.box, wanted.source)
        #expect(pair(plan.scaled) == wanted.scaled)
        #expect(pair(plan.cut) == wanted.cut)
        #expect(pair(plan.canvas) == wanted.canvas)
    }

    @Test("is never enlarged, never cut beyond its edge, and planned alike from its own scaled copy")
    func always() {
        var random = Seeded(7)
        for _ in 0..<20_000 {
            let source = [Int.random(in: 1...5_000, using: &random), Int.random(in: 1...5_000, using: &random)]
            let box = [Int.random(in: 1...4_096, using: &random), Int.random(in: 1...4_096, using: &random)]
            for fit in RenderFit.allCases {
                let plan = plan(fit, box, source)
                let scaled = pair(plan.scaled)
                let text = "\(fit) \(source) in \(box): \(plan)"
                #expect(scaled[0] <= source[0] && scaled[1] <= source[1], "\(text)")
                #expect(plan.cut.width <= scaled[0] && plan.cut.height <= scaled[1], "\(text)")
                #expect(plan.canvas.width <= box[0] && plan.canvas.height <= box[1], "\(text)")
                #expect(plan.cut.width >= 1 && plan.cut.height >= 1, "\(text)")
                #expect(self.plan(fit, box, scaled) == plan, "\(text)")
            }
        }
    }

    // MARK: With the codecs

    private static let red: [UInt8] = [220, 30, 30]
    private static let green: [UInt8] = [30, 180, 30]
    private static let blue: [UInt8] = [30, 30, 220]

    /// Three stripes beside each other.
    private static let stripes = Picture.drawn(300, 100) { x, _ in [red, green, blue][x / 100] }.file(".png")

    private func render(
        _ bytes: [UInt8], _ fit: RenderFit, _ width: Int, _ height: Int, _ format: PictureFormat = .png
    ) async throws -> Pixels {
        let output = RenderOutput(
            name: "x", width: width, height: height, fit: fit, format: format, quality: 95)
        let order = RenderOrder(thumbnail: nil, outputs: [output], wantsAnalysis: false)
        let result = try await TestCodecs.shared.value.render(memoryFile(bytes), order, urgent: true).outputs[0]
        let pixels = try result.pixels()
        #expect([result.width, result.height] == [pixels.width, pixels.height])
        return pixels
    }

    private func isNear(_ pixel: [Int], _ color: [UInt8]) -> Bool {
        zip(pixel, color).allSatisfy { abs($0 - Int($1)) <= 24 }
    }

    @Test("is all there when it is fitted inside", arguments: [PictureFormat.png, .webp, .avif, .jpeg])
    func inside(_ format: PictureFormat) async throws {
        let pixels = try await render(Self.stripes, .inside, 60, 60, format)
        #expect([pixels.width, pixels.height, pixels.bands] == [60, 20, 3])
        #expect(isNear(pixels.at(8, 10), Self.red) && isNear(pixels.at(52, 10), Self.blue))
    }

    @Test("shows its middle when it covers the box", arguments: [PictureFormat.png, .webp, .avif, .jpeg])
    func cover(_ format: PictureFormat) async throws {
        let pixels = try await render(Self.stripes, .cover, 44, 50, format)
        #expect([pixels.width, pixels.height] == [44, 50])
        for x in [3, 22, 40] { #expect(isNear(pixels.at(x, 25), Self.green), "\(pixels.at(x, 25))") }
    }

    @Test(
        "stands in clear ground when it is contained, in formats with alpha",
        arguments: [PictureFormat.png, .webp, .avif])
    func containClear(_ format: PictureFormat) async throws {
        let pixels = try await render(Self.stripes, .contain, 60, 64, format)
        #expect([pixels.width, pixels.height, pixels.bands] == [60, 64, 4])
        for (x, y) in [(30, 4), (30, 60), (1, 1)] { #expect(pixels.at(x, y)[3] < 8, "\(x) \(y)") }
        #expect(isNear(pixels.at(8, 32), Self.red) && isNear(pixels.at(52, 32), Self.blue))
        #expect(pixels.at(30, 32)[3] > 247)
    }

    @Test("stands on white when it is contained in a JPEG")
    func containWhite() async throws {
        let pixels = try await render(Self.stripes, .contain, 60, 64, .jpeg)
        #expect([pixels.width, pixels.height, pixels.bands] == [60, 64, 3])
        for (x, y) in [(30, 4), (30, 60)] { #expect(isNear(pixels.at(x, y), [255, 255, 255]), "\(pixels.at(x, y))") }
        #expect(isNear(pixels.at(8, 32), Self.red))
    }

    @Test("shows white through where it is clear, in a JPEG", arguments: RenderFit.allCases)
    func flattened(_ fit: RenderFit) async throws {
        let clear = Picture.drawn(100, 100) { x, _ in x < 50 ? [220, 30, 30, 255] : [0, 0, 0, 0] }.file(".png")
        let pixels = try await render(clear, fit, 40, 40, .jpeg)
        #expect(pixels.bands == 3)
        #expect(isNear(pixels.at(4, 20), Self.red) && isNear(pixels.at(35, 20), [255, 255, 255]))
    }

    @Test("is not enlarged by the codecs either")
    func small() async throws {
        let small = Picture.drawn(30, 20) { _, _ in Self.green }.file(".png")
        let inside = try await render(small, .inside, 64, 64)
        let cover = try await render(small, .cover, 64, 64)
        let contain = try await render(small, .contain, 64, 64)
        #expect([inside.width, inside.height] == [30, 20])
        #expect([cover.width, cover.height] == [20, 20])
        #expect([contain.width, contain.height] == [64, 64])
        #expect(contain.at(16, 31)[3] == 0 && contain.at(18, 31)[3] == 255 && contain.at(47, 31)[3] == 0)
    }

    @Test("is turned upright before it is cut")
    func turned() async throws {
        // Stored as stripes beside each other, shown as stripes below each other.
        let file = Picture.drawn(300, 100) { x, _ in [Self.red, Self.green, Self.blue][x / 100] }
            .with("exif-data", ExifBlock.orientation(6).withMark).with("orientation", 6).file(".jpg[Q=95]")
        let whole = try await render(file, .inside, 90, 90)
        #expect([whole.width, whole.height] == [30, 90])
        let cut = try await render(file, .cover, 50, 40)
        #expect([cut.width, cut.height] == [50, 40])
        #expect(isNear(cut.at(5, 20), Self.green) && isNear(cut.at(45, 20), Self.green))
    }

    @Test("shares one decode with others of other fits")
    func several() async throws {
        let outputs = RenderFit.allCases.map {
            RenderOutput(name: $0.rawValue, width: 40, height: 40, fit: $0, format: .png, quality: 80)
        }
        let order = RenderOrder(outputs: outputs)
        let result = try await TestCodecs.shared.value.render(memoryFile(Self.stripes), order)
        #expect(result.outputs.map { [$0.width, $0.height] } == [[40, 13], [40, 40], [40, 40]])
        #expect(isNear(try result.outputs[1].pixels().at(20, 20), Self.green))
    }

    @Test("is refused where the canvas would take the child's memory")
    func canvas() async throws {
        for (width, height) in [(8_193, 1), (1, 8_193), (0, 5), (5, 0)] {
            let wish = RenderOutput(
                name: "x", width: width, height: height, fit: .contain, format: .png, quality: 80)
            let order = RenderOrder(thumbnail: nil, outputs: [wish], wantsAnalysis: false)
            await #expect(throws: CodecError.self) {
                try await TestCodecs.shared.value.render(memoryFile(Self.stripes), order)
            }
        }
    }
}
