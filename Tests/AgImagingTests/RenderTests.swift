import AgImaging
import Testing

@Suite("Rendering", .timeLimit(.minutes(2)))
struct RenderTests {
    @Test("A photograph becomes a thumbnail and six variants")
    func standardSet() async throws {
        let codecs = try await TestCodecs.shared.value
        let bytes = Picture.photo(2400, 1600).file(".jpg[Q=88]")

        let probe = try await codecs.probe(bytes)
        let result = try await codecs.render(bytes)

        #expect(probe.format == .jpeg)
        #expect(probe.width == 2400 && probe.height == 1600)
        #expect(result.thumbnail?.width == 150 && result.thumbnail?.height == 150)
        let sizes = result.outputs.map { "\($0.name).\($0.format.rawValue) \($0.width)x\($0.height)" }
        #expect(
            sizes == [
                "large.webp 1920x1280", "large.avif 1920x1280", "medium.webp 1024x683", "medium.avif 1024x683",
                "small.webp 640x427", "small.avif 640x427",
            ])
        for output in result.outputs {
            let pixels = try output.pixels()
            #expect(pixels.width == output.width && pixels.height == output.height && pixels.bands == 3)
        }
        #expect(result.cpu > .zero && result.warnings == [])
        let analysis = try #require(result.analysis)
        #expect(analysis.width == 2400 && analysis.height == 1600)
        #expect(!analysis.colors.isEmpty && 5...25 ~= analysis.thumbhash.count)
    }

    @Test("A decoder that goes down to the size itself changes neither the size nor, to the eye, the picture")
    func leastReduction() async throws {
        let codecs = try await TestCodecs.shared.value
        // Left to our own filter then: nothing, a little, and more than half.
        for width in [320, 300, 170] {
            let bytes = Picture.photo(1_280, 960).file(".jpg[Q=90]")
            var order = RenderOrder.only(width, .png)
            let slow = try await codecs.render(bytes, order).outputs[0]
            order.leastReduction = 1
            let quick = try await codecs.render(bytes, order).outputs[0]

            #expect([quick.width, quick.height] == [slow.width, slow.height])
            #expect(try quick.pixels().meanDistance(from: slow.pixels()) < 3, "\(width)")
            #expect(try quick.bytes() != slow.bytes(), "\(width): the order was not heard")
        }
    }
}
