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
}
