/// The encoder's own numbers for a perceptual quality.
///
/// AVIF needs a lower number than WebP for the same look, and the lower the smaller the picture. Measured over six
/// photographs with SSIMULACRA2: none of these is more than 0.5 below WebP, at 0.72 of its bytes.
struct EncoderSetting: Hashable {
    let quality: Int
    let effort: Int

    /// Wide pictures are encoded with little effort: beyond it the time grows much faster than the gain.
    private static let widestWithEffort = 1_024

    /// Encoders of AV1 count speed from 0, their slowest, to 9: it and effort are nine together.
    static let fastest = 9

    init(quality: Int, effort: Int) {
        self.quality = quality
        self.effort = effort
    }

    /// - Parameter width: of what is encoded; without it, of what was ordered.
    init(_ output: RenderOutput, width: Int? = nil) {
        let wanted = min(max(output.quality, 1), 100)
        switch output.format {
        case .avif:
            quality = Self.avif(wanted)
            effort = output.effort ?? ((width ?? output.width) > Self.widestWithEffort ? 0 : 3)
        default:
            quality = wanted
            effort = output.effort ?? 3
        }
    }

    /// Straight lines through the measured points.
    private static func avif(_ wanted: Int) -> Int {
        let points = [(1, 1), (80, 63), (85, 73), (90, 84), (100, 100)]
        for (low, high) in zip(points, points.dropFirst()) where wanted <= high.0 {
            return low.1 + (wanted - low.0) * (high.1 - low.1) / (high.0 - low.0)
        }
        return 100
    }
}
