import AgBase
import AgImaging
import AgTesting

/// Codecs for tests: their children are the `argentum` that was built beside the tests, because the program that runs
/// the tests knows nothing of being a codec.
enum TestCodecs {
    /// One pool for all tests that do no harm to it.
    static let shared = Task { try await start() }

    static func start(_ change: (inout CodecSettings) -> Void = { _ in }) async throws -> Codecs {
        var settings = CodecSettings(codecs: 2)
        settings.executable = BuiltProgram.path
        settings.allowsDrills = true
        // Other tests take the cores, and drills have deadlines.
        settings.renderNiceness = 0
        change(&settings)
        return try await Codecs.start(settings, log: Log(to: SilentSink()))
    }
}

/// What a test asks most often.
extension Codecs {
    func probe(_ bytes: [UInt8], allowDamaged: Bool = false) async throws -> PictureProbe {
        try await probe(memoryFile(bytes), allowDamaged: allowDamaged)
    }

    func render(_ bytes: [UInt8], _ order: RenderOrder = .standard) async throws -> RenderResult {
        try await render(memoryFile(bytes), order)
    }
}

extension RenderedPicture {
    func bytes() throws -> [UInt8] { try file.read(at: 0, count: Int(length)) }

    func pixels() throws -> Pixels { Pixels(try bytes(), format) }
}

extension RenderOrder {
    /// One output and nothing else.
    static func only(
        _ width: Int, _ format: PictureFormat, quality: Int = 85, toleratesDamage: Bool = false
    ) -> RenderOrder {
        RenderOrder(
            thumbnail: nil, outputs: [RenderOutput(name: "only", width: width, format: format, quality: quality)],
            wantsAnalysis: false, toleratesDamage: toleratesDamage)
    }
}
