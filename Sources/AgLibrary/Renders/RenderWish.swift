package import AgImaging

/// A picture that somebody wants made: a box, a format and a quality, in the one form that all equal wishes have.
package struct RenderWish: Sendable, Hashable {
    package let width: Int
    package let height: Int
    package let fit: RenderFit
    package let format: PictureFormat
    package let quality: Int

    /// The formats that pictures are made in.
    package static let formats: [PictureFormat] = [.webp, .avif, .jpeg, .png]
    package static let usualQuality = 80

    /// - Parameters:
    ///   - width: at least one of the sides is given. With one alone there is nothing to cut or pad.
    ///   - longestSide: stands for the side that is left out.
    package init(
        width: Int?, height: Int?, fit: RenderFit = .inside, format: PictureFormat, quality: Int = usualQuality,
        longestSide: Int
    ) {
        precondition(width != nil || height != nil, "A wish without a size is refused before it becomes one.")
        self.width = width ?? longestSide
        self.height = height ?? longestSide
        self.fit = width == nil || height == nil ? .inside : fit
        self.format = format
        // PNG loses nothing: asking for less of it is asking for the same.
        self.quality = format == .png ? 100 : quality
    }

    var output: RenderOutput {
        RenderOutput(
            name: "render", width: width, height: height, fit: fit, format: format, quality: quality,
            effort: format == .webp ? Self.quickWebP : nil)
    }

    /// Somebody waits: 3 % more bytes than the usual effort for less than half of the encoder's time.
    private static let quickWebP = 2

    /// Everything that decides the outcome beside the original.
    var signature: String {
        let effort = output.effort.map { " effort \($0)" } ?? ""
        return "\(width)x\(height) \(fit.rawValue) \(format.rawValue) \(quality)\(effort)"
    }
}
