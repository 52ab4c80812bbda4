package import AgBase

/// What may be made on the fly, and how much of it is kept.
package struct RenderSettings: SubjectSettings {
    /// The widest and highest that a render may be asked for. 4,096 by default.
    package var longestSide = 4_096
    /// Widths and heights that a token may ask for.
    package var sizes = RenderSettings.usualSizes
    /// Qualities that a token may ask for, beside the usual one.
    package var qualities = RenderSettings.usualQualities
    /// How many different renders may wait or be under way at once, of which one caller alone gets two thirds. 64 by
    /// default.
    package var queue = 64
    /// Bytes of renders that are kept on this machine. 1 GiB by default; 0 keeps none.
    package var cacheBytes: Int64 = 1 << 30

    /// Icons, grids, the widths of screens and their doubles.
    package static let usualSizes = [
        16, 32, 48, 64, 96, 128, 256, 320, 384, 480, 640, 750, 828, 1_024, 1_080, 1_200, 1_440, 1_920, 2_048, 3_840,
    ]
    package static let usualQualities = [50, 60, 70, 75, 80, 85, 90]

    package init() {}

    /// Throws `Fault` 403 `size-not-allowed` for what only a signed URL may ask for: else a visitor's page could fill
    /// the cache, and the codecs' time, by counting through all numbers.
    package func checkPreset(width: Int?, height: Int?, quality: Int) throws(Fault) {
        for (name, value) in [("w", width), ("h", height)] {
            if let value, !sizes.contains(value) { throw Self.refuse(name, value, sizes) }
        }
        guard quality == RenderWish.usualQuality || qualities.contains(quality) else {
            throw Self.refuse("q", quality, Set(qualities + [RenderWish.usualQuality]).sorted())
        }
    }

    private static func refuse(_ name: String, _ value: Int, _ allowed: [Int]) -> Fault {
        let presets = allowed.isEmpty ? "none" : allowed.map(String.init).joined(separator: ", ")
        let sentence =
            "With a token, '\(name)' may be one of the presets (\(presets)), not \(value). "
            + "A signed URL from POST /api/images/{id}/sign may ask for any."
        return Fault(
            .forbidden, "size-not-allowed", sentence,
            details: [Fault.Detail(subject: name, code: "no-preset", detail: sentence)])
    }
}
